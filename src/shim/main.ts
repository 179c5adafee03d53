/**
 * The shim's program: argv → one of the things that containerd executes a shim for → output and exit code. `start` stays, as the daemon,
 * and so does `serve`, which people and other engines call.
 * The words on standard error and the exit codes are those of containerd's own shims.
 */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { parseFlags, UsageError } from './flags.ts';

const NAME = 'io.containerd.hoist.v1';
const STDERR = 2;

/** True when the program is done. */
async function main(argv: readonly string[]): Promise<boolean> {
  const flags = parseFlags(argv);
  if (flags.version || flags.info) {
    const { printInfo, printVersion } = await import('./bootstrap/about.ts');
    if (flags.version) printVersion();
    else printInfo();
    return true;
  }
  if (flags.verb === 'start') {
    const { start } = await import('./bootstrap/start.ts');
    await start(flags, process.env);
    return false;
  }
  if (flags.verb === 'delete') {
    const { deleteTask } = await import('./bootstrap/delete.ts');
    await deleteTask(flags, process.env);
    return true;
  }
  if (flags.verb === 'serve') {
    const { serve } = await import('./grpc/serve.ts');
    await serve(flags.rest);
    return false;
  }
  throw new RuntimeError('InvalidArgument', `no such command: ${JSON.stringify(flags.verb)}`, {
    hint: 'this is a shim: containerd calls it, with start or delete; -h shows its flags',
  });
}

/** Without a line break, as containerd puts it into a line of its own. */
function fail(error: unknown): never {
  if (error instanceof UsageError) {
    native.write(STDERR, error.message);
    return native.exit(error.exitCode);
  }
  const known = error instanceof RuntimeError || isSystemError(error);
  const text = known ? error.message : `internal error: ${error instanceof Error ? error.stack : String(error)}`;
  const hint = error instanceof RuntimeError ? error.detail.hint : undefined;
  native.write(STDERR, `${NAME}: ${text}${hint === undefined ? '' : ` (${hint})`}`);
  return native.exit(1);
}

main(process.argv.slice(2)).then((done) => {
  if (done) native.exit(0);
}, fail);
