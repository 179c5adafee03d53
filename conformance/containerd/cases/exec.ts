/** More processes in a running container. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

const streams: Case = async (scene) => {
  const id = await scene.background();
  assert.deepEqual(await scene.exec(id, ['sh', '-c', 'echo one; echo two >&2; exit 42']), {
    code: 42,
    stdout: 'one\n',
    stderr: 'two\n',
  });
  const command = scene.spawnExec(id, ['sh', '-c', 'echo up; exec cat']);
  await until('the exec', () => command.stdout.includes('up') || undefined);
  command.child.stdin?.end('some\ninput');
  const { code, stdout } = await command.result();
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'up\nsome\ninput' });
  await scene.end(id);
};

const surroundings: Case = async (scene) => {
  const id = await scene.background();
  const flags = ['--cwd', '/home', '--user', '1000:2000'];
  const { stdout } = await scene.exec(id, ['sh', '-c', 'pwd; id -u; id -g; echo $FROM_IMAGE'], { flags });
  assert.equal(stdout, '/home\n1000\n2000\nyes\n');
  await scene.end(id);
};

const terminal: Case = async (scene) => {
  const id = await scene.background();
  const script =
    'tty; until [ "$(stty size 2>/dev/null)" = "33 101" ]; do sleep 0.05; done; read x; echo "<$x>"; exit 3';
  const command = scene.rig.spawnCtrInTerminal(['task', 'exec', '--tty', '--exec-id', 'e', id, 'sh', '-c', script]);
  await until('the terminal', () => command.stdout.includes('/dev/pts/0') || undefined);
  command.child.stdin?.write('hello\n');
  const { code, stdout } = await command.result();
  assert.equal(code, 3);
  assert.match(stdout, /<hello>/);
  await scene.end(id);
};

/** dockerd and people look for these words. The container is none the worse for it, and the name is free again. */
const missingProgram: Case = async (scene) => {
  const id = await scene.background();
  const { code, stderr } = await scene.exec(id, ['no-such-program'], { id: 'again' });
  assert.notEqual(code, 0);
  assert.match(stderr, /OCI runtime exec failed: .*exec: "no-such-program": executable file not found in \$PATH/);
  const path = await scene.exec(id, ['/no/such'], { id: 'again' });
  assert.match(path.stderr, /exec: "\/no\/such": stat \/no\/such: no such file or directory/);
  assert.equal((await scene.exec(id, ['true'], { id: 'again' })).code, 0);
  await scene.end(id);
};

const sameName: Case = async (scene) => {
  const id = await scene.background();
  for (const code of [1, 2, 3]) {
    const result = await scene.exec(id, ['sh', '-c', `exit ${code}`], { id: 'same' });
    assert.equal(result.code, code);
  }
  const first = scene.spawnExec(id, ['sh', '-c', 'echo up; sleep 100'], { id: 'same' });
  await until('the first', () => first.stdout.includes('up') || undefined);
  const second = await scene.exec(id, ['true'], { id: 'same' });
  assert.match(second.stderr, /already exists/);
  await scene.task('kill', '--exec-id', 'same', '--signal', 'KILL', id);
  assert.equal((await first.result()).code, 137);
  await scene.end(id);
};

const inPaused: Case = async (scene) => {
  const id = await scene.background();
  await scene.task('pause', id);
  const { code, stderr } = await scene.exec(id, ['true']);
  assert.notEqual(code, 0);
  assert.match(stderr, /cannot exec in a paused state|cannot exec in a paused container/);
  await scene.task('resume', id);
  assert.equal((await scene.exec(id, ['true'])).code, 0);
  await scene.end(id);
};

const inStopped: Case = async (scene) => {
  const id = await scene.background(['true']);
  await scene.becomes(id, 'STOPPED');
  const { code, stderr } = await scene.exec(id, ['true']);
  assert.notEqual(code, 0);
  assert.match(stderr, /cannot exec in a stopped state/);
  await scene.end(id);
};

export const exec: Readonly<Record<string, Case>> = {
  'exec: streams, exit code': streams,
  'exec: directory, user': surroundings,
  'exec: terminal': terminal,
  'exec: missing program': missingProgram,
  'exec: the same name again': sameName,
  'exec: refused while paused': inPaused,
  'exec: refused when stopped': inStopped,
};
