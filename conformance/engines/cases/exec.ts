/** A second process in a container. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

const streams: Case = async (scene) => {
  const id = await scene.background();
  const { code, stdout, stderr } = await scene.cli(
    ['exec', '-i', id, 'sh', '-c', 'read a; echo "out $a"; echo err >&2; exit 4'],
    {
      input: 'word\n',
    },
  );
  assert.deepEqual({ code, stdout, stderr: stderr.trim() }, { code: 4, stdout: 'out word\n', stderr: 'err' });
};

const identity: Case = async (scene) => {
  const id = await scene.background();
  const output = await scene.must(
    'exec',
    '-u',
    '1000',
    '-w',
    '/home/user',
    '-e',
    'WORD=value',
    id,
    'sh',
    '-c',
    'id -u; pwd; echo $WORD',
  );
  assert.equal(output, '1000\n/home/user\nvalue');
};

const terminal: Case = async (scene) => {
  const id = await scene.background();
  const command = scene.spawnInTerminal([
    'exec',
    '-it',
    id,
    'sh',
    '-c',
    'tty; read a; until stty size | grep 33; do sleep 0.1; done; echo "<$a>"',
  ]);
  command.child.stdin?.write('word\n');
  const { code, stdout } = await command.result();
  assert.equal(code, 0);
  assert.match(stdout, /\/dev\/pts\/\d[\s\S]*33 101[\s\S]*<word>/);
};

const codes: Case = async (scene) => {
  const id = await scene.background();
  const code = async (...argv: string[]) => (await scene.cli(['exec', id, ...argv])).code;
  // docker 20.10 has one code for all that cannot be executed.
  assert.equal(await code('/nope'), scene.has('docker-20') ? 126 : 127);
  assert.equal(await code('/etc/passwd'), 126);
  assert.equal(await code('sh', '-c', 'kill -9 $$'), 137);
  await scene.must('stop', id);
  assert.notEqual(await code('true'), 0);
};

const detached: Case = async (scene) => {
  const id = await scene.background();
  await scene.must('exec', '-d', id, 'sh', '-c', 'sleep 0.1; echo done > /tmp/file');
  await until('the file', async () =>
    (await scene.cli(['exec', id, 'cat', '/tmp/file'])).code === 0 ? true : undefined,
  );
};

const privileged: Case = async (scene) => {
  const id = await scene.background();
  const bits = async (...flags: string[]) =>
    /CapEff:\s+(\w+)/.exec(await scene.must('exec', ...flags, id, 'cat', '/proc/self/status'))?.[1] ?? '';
  const [plain, all] = [await bits(), await bits('--privileged')];
  assert.ok(BigInt(`0x${all}`) > BigInt(`0x${plain}`), `${plain} ${all}`);
};

const endsWithContainer: Case = async (scene) => {
  const id = await scene.background();
  const command = scene.spawn(['exec', id, 'sh', '-c', 'echo up; sleep 100']);
  await until('the exec', () => (command.stdout.includes('up') ? true : undefined));
  await scene.must('kill', id);
  assert.equal((await command.result()).code, 137);
};

export const exec: Readonly<Record<string, Case>> = {
  'exec: streams, exit code': streams,
  'exec: -u -w -e': identity,
  'exec: -it': terminal,
  'exec: 126, 127, 137, stopped': codes,
  'exec: -d': detached,
  'exec: --privileged': privileged,
  'exec: ends with its container': endsWithContainer,
};
