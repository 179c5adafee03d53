/**
 * Drives `containerd-shim-hoist-v1 serve` with a client in another language, Go, that has containerd's generated code and nothing of
 * hoist's, and tries what docs/grpc.md shows: `npm run conformance:grpc`. (What a client in TypeScript sees: test/integration/serve.test.ts.)
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../../src/host/native.ts';
import { configure, makeBundle, makeTemplate } from '../../test/integration/harness/bundle.ts';
import { Machine } from '../../test/integration/harness/machine.ts';
import { until } from '../../test/integration/harness/until.ts';
import { cached, command } from '../cache.ts';
import { goCompiler } from '../go.ts';
import { tryDocumented } from './documented.ts';

const source = join(import.meta.dirname, 'client');
/** As many as the client wants. */
const COUNT = 10;

function clientProgram(): string {
  const folder = cached(`grpc-client-${sourceKey()}`, (into) => {
    console.log('building the client');
    const env = { CGO_ENABLED: '0', GOFLAGS: '', GOTOOLCHAIN: 'auto' };
    command(goCompiler(), ['build', '-trimpath', '-o', join(into, 'client'), '.'], { cwd: source, env });
  });
  return join(folder, 'client');
}

/** Another client when its source is another. */
function sourceKey(): string {
  return native
    .hash(['main.go', 'go.mod'].map((name) => readFileSync(join(source, name), 'utf8')).join('\0'))
    .slice(0, 12);
}

/** @returns what has passed, and what has failed */
async function main(): Promise<readonly [passed: number, failed: number]> {
  const client = clientProgram();
  const machine = new Machine();
  await machine.start('grpc');
  try {
    makeTemplate(machine);
    for (let number = 0; number < COUNT; number++) {
      const bundle = makeBundle(machine, String(number), 'root');
      configure(bundle, 'root', (config) => {
        config.process.terminal = false;
        config.process.args = ['/bin/sleep', '1000'];
        config.linux.cgroupsPath = `/grpc-${number}`;
      });
    }
    copyFileSync(client, machine.path('/run/output/client'));
    const socket = '/run/output/hoist.sock';
    const server = machine.spawn(['/run/runtime/containerd-shim-hoist-v1', 'serve', '--socket', socket], {
      timeout: 0,
    });
    await until('serve', () => server.stderr.includes('serving at') || undefined);
    const { code, stdout, stderr } = await machine.run(['/run/output/client', socket, '/run/bundles']);
    console.log(stdout + stderr);
    const wrong = await tryDocumented(machine);
    for (const each of wrong) console.log(each);
    const good = [code === 0, wrong.length === 0].filter(Boolean).length;
    return [good, 2 - good];
  } finally {
    await machine.stop();
  }
}

const [passed, failed] = await main();
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
