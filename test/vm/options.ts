/** The command line of the guests' run. */
import { parseArgs } from 'node:util';
import { SetupError } from '../../conformance/cache.ts';
import { profiles } from './profiles.ts';

export interface Options {
  readonly guests: readonly string[];
  /** Runs instead of the tests. */
  readonly command: string | undefined;
  /** Until a guest is ended. */
  readonly seconds: number;
  /** Test files, or parts of their names. */
  readonly files: readonly string[];
}

const names = profiles.map(({ name }) => name);

const usage = `usage: npm run test:vm -- [options] [FILE ...]

  --guest NAME       ${names.join(', ')} (repeatable; default: all)
  --command COMMAND  run this by bash in the guest instead of the tests; the repository is /job
  --seconds N        end a guest that is not done after N seconds (default: 1200)

RUNTIME=runc tests the guest's runc, another name or path another runtime`;

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      guest: { type: 'string', multiple: true, default: names },
      command: { type: 'string' },
      seconds: { type: 'string', default: '1200' },
      help: { type: 'boolean', default: false },
    },
  });
}

/** @throws {SetupError} for what it does not understand. */
export function readOptions(args: readonly string[]): Options {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values.help) throw new SetupError(usage);
  const unknown = values.guest.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new SetupError(`--guest ${unknown}: there are ${names.join(', ')}`);
  if (!/^[1-9]\d{0,4}$/.test(values.seconds)) throw new SetupError(`--seconds ${values.seconds}: wants a number`);
  return { guests: values.guest, command: values.command, seconds: Number(values.seconds), files: positionals };
}
