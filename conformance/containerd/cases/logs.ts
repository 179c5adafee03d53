/** Output that goes to a file or to a logger of one's own instead of to a client. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case, Scene } from '../rig/scene.ts';

/** A file of the machine; empty while there is none. */
function read(scene: Scene, file: string): string {
  return existsSync(scene.rig.machine.path(file)) ? scene.rig.machine.read(file) : '';
}

async function runToEnd(scene: Scene, uri: string, script: string): Promise<void> {
  const id = await scene.background(['sh', '-c', script], { flags: ['--log-uri', uri] });
  await scene.becomes(id, 'STOPPED');
  await scene.rig.ctr(['task', 'delete', id]); // fails as the container did
  await scene.forget(id);
}

/** Both streams, appended. (containerd's own shim loses the second one of a container that is fast.) */
const file: Case = async (scene) => {
  await runToEnd(scene, 'file:///run/output/case.log', 'sleep 0.2; echo one; echo two >&2');
  await runToEnd(scene, 'file:///run/output/case.log', 'echo three; exit 3');
  assert.deepEqual(scene.rig.machine.read('/run/output/case.log').trim().split('\n').sort(), ['one', 'three', 'two']);
};

/**
 * A logger gets stdout as 3, stderr as 4, closes 5 when it is ready, is called with the query of the URI, and has nothing in its
 * environment but the container's name and namespace. At the end of its streams it is told to end, too (SIGTERM).
 */
const logger = `#!/bin/sh
out=/run/output/$CONTAINER_NAMESPACE-$CONTAINER_ID
echo "$*" >$out.arguments
trap '' TERM
exec 5>&-
/bin/cat <&3 >$out.3 &
/bin/cat <&4 >$out.4
wait
echo end >$out.end
`;

function writeLogger(scene: Scene, name: string, text: string): string {
  const path = scene.rig.machine.path(`/run/output/${name}`);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return `binary:///run/output/${name}`;
}

const binary: Case = async (scene) => {
  const uri = writeLogger(scene, 'logger', logger);
  const id = scene.id();
  const script = 'echo one; echo two >&2; seq 1 100000';
  await scene.background(['sh', '-c', script], { id, flags: ['--log-uri', `${uri}?colour=red`] });
  await scene.becomes(id, 'STOPPED');
  await scene.task('delete', id);
  const got = (what: string) => read(scene, `/run/output/e2e-${id}.${what}`);
  await until('the logger to end', () => (got('end') === 'end\n' ? true : undefined));
  assert.equal(got('arguments'), 'colour red\n');
  assert.equal(got('4'), 'two\n');
  const numbers = Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join('');
  assert.ok(got('3') === `one\n${numbers}`, 'what the logger got is not what was written');
  await scene.forget(id);
};

/** A logger is told the name of the process, not of the container, when it is an exec's. */
const ofAnExec: Case = async (scene) => {
  const uri = writeLogger(scene, 'logger', logger);
  const id = await scene.background();
  await scene.exec(id, ['echo', 'of an exec'], { id: 'logged', flags: ['--log-uri', uri] });
  const path = '/run/output/e2e-logged.3';
  await until('the line', () => (read(scene, path) === 'of an exec\n' ? true : undefined));
  await scene.exec(id, ['echo', 'in a file'], { flags: ['--log-uri', 'file:///run/output/exec.log'] });
  await until('the file', () => (read(scene, '/run/output/exec.log') === 'in a file\n' ? true : undefined));
  await scene.end(id);
};

/** A logger that is not there is an error of the create, and leaves nothing behind; one that goes away harms nobody but itself. */
const badLogger: Case = async (scene) => {
  const missing = await scene.run(['true'], { flags: ['--log-uri', 'binary:///no/such/logger'] });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /\/no\/such\/logger: no such file or directory/);
  const uri = writeLogger(scene, 'bad', '#!/bin/sh\nexit 1\n');
  const { code } = await scene.run(['sh', '-c', 'seq 1 100000; exit 3'], { flags: ['--log-uri', uri] });
  assert.equal(code, 3);
};

export const logs: Readonly<Record<string, Case>> = {
  'logs: file://': file,
  'logs: binary://': binary,
  'logs: of an exec': ofAnExec,
  'logs: bad logger': badLogger,
};
