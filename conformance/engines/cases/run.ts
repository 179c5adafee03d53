/** What `run` promises: streams, codes, who runs it and where. */
import assert from 'node:assert/strict';
import type { Case } from '../rig/scene.ts';

const streams: Case = async (scene) => {
  const { code, stdout, stderr } = await scene.run(
    ['-i'],
    ['sh', '-c', 'read a; echo "out $a"; echo err >&2; exit 3'],
    {
      input: 'word\n',
    },
  );
  assert.deepEqual({ code, stdout, stderr: stderr.trim() }, { code: 3, stdout: 'out word\n', stderr: 'err' });
};

const terminal: Case = async (scene) => {
  const command = scene.spawnInTerminal([
    'run',
    '--rm',
    '-it',
    '--name',
    scene.id(),
    'hoist.test/busybox',
    'sh',
    '-c',
    'tty; read a; until stty size | grep 33; do sleep 0.1; done; echo "<$a>"',
  ]);
  command.child.stdin?.write('word\n');
  const { code, stdout } = await command.result();
  assert.equal(code, 0);
  assert.match(stdout, /\/dev\/pts\/0[\s\S]*33 101[\s\S]*<word>/);
};

const identity: Case = async (scene) => {
  const flags = ['-u', '1000:2000', '-w', '/home/user', '-e', 'WORD=value', '-h', 'somehost'];
  const output = await scene.output(flags, ['sh', '-c', 'id -u; id -g; pwd; echo $WORD; hostname']);
  assert.equal(output, '1000\n2000\n/home/user\nvalue\nsomehost');
};

const codes: Case = async (scene) => {
  const code = async (...argv: string[]) => (await scene.run([], argv)).code;
  assert.equal(await code('/nope'), 127);
  assert.equal(await code('nope'), 127);
  assert.equal(await code('/etc/passwd'), 126);
  assert.equal(await code('/tmp'), 126);
  assert.equal((await scene.cli(['run', '--rm', '--no-such-flag', 'x'])).code, 125);
  assert.equal((await scene.run(['-w', '/etc/passwd'], ['true'])).code === 0, false);
};

const leavesNothing: Case = async (scene) => {
  const id = scene.id();
  await scene.must('run', '--rm', '--name', id, 'hoist.test/busybox', 'true');
  const { code } = await scene.cli(['inspect', id]);
  assert.notEqual(code, 0);
};

const readOnly: Case = async (scene) => {
  const { stderr, code } = await scene.run(['--read-only'], ['touch', '/file']);
  assert.notEqual(code, 0);
  assert.match(stderr, /Read-only file system/);
  await scene.output(['--read-only', '--tmpfs', '/tmp:size=1m'], ['touch', '/tmp/file']);
};

const parallel: Case = async (scene) => {
  const words = await Promise.all(Array.from({ length: 20 }, (_, i) => scene.output([], ['echo', `word ${i}`])));
  assert.deepEqual(
    words,
    Array.from({ length: 20 }, (_, i) => `word ${i}`),
  );
};

const large: Case = async (scene) => {
  const { stdout } = await scene.run(
    [],
    ['sh', '-c', 'seq 1 200000 | tail -c 1000000 | md5sum; seq 1 200000 | tail -c 1000000'],
  );
  const [sum = ''] = stdout.split('\n', 1);
  const { createHash } = await import('node:crypto');
  assert.equal(
    createHash('md5')
      .update(stdout.slice(sum.length + 1))
      .digest('hex'),
    sum.split(' ')[0],
  );
};

export const run: Readonly<Record<string, Case>> = {
  'run: streams, exit code': streams,
  'run: terminal': terminal,
  'run: user, folder, variable, host name': identity,
  'run: 125, 126, 127': codes,
  'run: --rm': leavesNothing,
  'run: read-only, tmpfs': readOnly,
  'run: 20 at once': parallel,
  'run: a megabyte of output': large,
};
