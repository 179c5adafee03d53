/** A container in the foreground: what goes in, what comes out, and how it ended. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import { Skip } from '../../column.ts';
import type { Case } from '../rig/scene.ts';

const exitCodes: Case = async (scene) => {
  for (const code of [0, 1, 42]) {
    const result = await scene.run(['sh', '-c', `exit ${code}`]);
    assert.deepEqual(result, { code, stdout: '', stderr: '' });
  }
};

const signalled: Case = async (scene) => {
  const id = scene.id();
  const command = scene.spawn(['sh', '-c', 'echo up; sleep 100'], { id });
  await until('the container', () => command.stdout.includes('up') || undefined);
  await scene.task('kill', '--signal', 'SIGKILL', id);
  assert.equal((await command.result()).code, 137);
};

const streamsApart: Case = async (scene) => {
  const { stdout, stderr } = await scene.run(['sh', '-c', 'echo one; echo two >&2; echo three']);
  assert.deepEqual({ stdout, stderr }, { stdout: 'one\nthree\n', stderr: 'two\n' });
};

/**
 * The end of ctr's stdin is passed on by CloseIO: without it cat would wait for ever. It comes once the container is up: ctr
 * loses one that comes before it has heard of the start.
 */
const input: Case = async (scene) => {
  const command = scene.spawn(['sh', '-c', 'echo up; exec cat']);
  await until('the container', () => command.stdout.includes('up') || undefined);
  command.child.stdin?.end('some\ninput');
  const { code, stdout } = await command.result();
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'up\nsome\ninput' });
};

const surroundings: Case = async (scene) => {
  const flags = ['--cwd', '/home/user', '--env', 'GIVEN=a b'];
  const { stdout } = await scene.run(['sh', '-c', 'pwd; echo $GIVEN; echo $FROM_IMAGE'], { flags });
  assert.equal(stdout, '/home/user\na b\nyes\n');
};

const user: Case = async (scene) => {
  if (!scene.isAtLeast('1.7')) throw new Skip('ctr 1.6 has no --user');
  const { stdout } = await scene.run(['id'], { flags: ['--user', 'user'] });
  assert.equal(stdout, 'uid=1000(user) gid=1000(user) groups=1000(user),2000(more)\n');
};

/** The size of the terminal comes by ResizePty, at about the time of the start. */
const terminal: Case = async (scene) => {
  const script =
    'tty; until [ "$(stty size 2>/dev/null)" = "33 101" ]; do sleep 0.05; done; read x; echo "<$x>"; exit 3';
  const command = scene.spawnInTerminal(['sh', '-c', script]);
  await until('the terminal', () => command.stdout.includes('/dev/pts/0') || undefined);
  command.child.stdin?.write('hello\n');
  const { code, stdout } = await command.result();
  assert.equal(code, 3);
  assert.match(stdout, /<hello>/);
};

export const run: Readonly<Record<string, Case>> = {
  'run: exit codes': exitCodes,
  'run: killed': signalled,
  'run: stdout and stderr apart': streamsApart,
  'run: stdin and its end': input,
  'run: directory, environment': surroundings,
  'run: user': user,
  'run: terminal': terminal,
};
