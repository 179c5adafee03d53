/** Containers that go on: stopped, killed, paused, started again, watched. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

const stop: Case = async (scene) => {
  const id = await scene.background();
  await scene.must('stop', id);
  assert.equal(await scene.inspect(id, '.State.ExitCode'), '0');
  assert.match(await scene.must('logs', id), /bye/);
  const stubborn = await scene.background([], ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done']);
  await scene.must('stop', '-t', '1', stubborn);
  assert.equal(await scene.inspect(stubborn, '.State.ExitCode'), '137');
};

const kill: Case = async (scene) => {
  const id = await scene.background([], ['sh', '-c', 'trap "echo usr1" USR1; echo up; while :; do sleep 0.1; done']);
  await scene.logged(id, /up/);
  await scene.must('kill', '-s', 'USR1', id);
  await scene.logged(id, /usr1/);
  await scene.must('kill', id);
  await scene.becomes(id, '.State.Running', 'false');
  assert.equal(await scene.inspect(id, '.State.ExitCode'), '137');
  assert.notEqual((await scene.cli(['kill', id])).code, 0);
};

const wait: Case = async (scene) => {
  const id = await scene.background([], ['sh', '-c', 'sleep 0.5; exit 7']);
  assert.equal(await scene.must('wait', id), '7');
  assert.equal(await scene.must('wait', id), '7');
};

const restart: Case = async (scene) => {
  const id = await scene.background(
    [],
    ['sh', '-c', 'echo up; echo "$(cat /runs 2>/dev/null)x" > /runs; exec sleep 100'],
  );
  await scene.logged(id, /up/);
  await scene.must('restart', '-t', '0', id);
  await until('two runs', async () => ((await scene.exec(id, 'cat', '/runs')) === 'xx' ? true : undefined));
  await scene.must('stop', '-t', '0', id);
  await scene.must('start', id);
  await until('three runs', async () => ((await scene.exec(id, 'cat', '/runs')) === 'xxx' ? true : undefined));
};

const pause: Case = async (scene) => {
  const id = await scene.background([], ['sh', '-c', 'echo up; while :; do echo tick; sleep 0.05; done']);
  await scene.logged(id, /tick/);
  await scene.must('pause', id);
  assert.equal(await scene.inspect(id, '.State.Status'), 'paused');
  const before = await scene.must('logs', id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(await scene.must('logs', id), before);
  assert.notEqual((await scene.cli(['exec', id, 'true'])).code, 0);
  await scene.must('unpause', id);
  await until('more', async () => ((await scene.must('logs', id)).length > before.length ? true : undefined));
};

const logs: Case = async (scene) => {
  const id = await scene.background([], ['sh', '-c', 'for i in 1 2 3 4 5; do echo $i; sleep 0.1; done; echo err >&2']);
  const { code, stdout, stderr } = await scene.cli(['logs', '-f', id]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '1\n2\n3\n4\n5\n', stderr: 'err\n' });
  assert.match(await scene.must('logs', '--tail', '2', '-t', id), /^\d{4}-.* 5$/m);
};

const attach: Case = async (scene) => {
  const id = await scene.background(
    ['-i'],
    ['sh', '-c', 'while read a && [ $a != end ]; do echo "got $a"; done; echo end'],
  );
  const command = scene.spawn(['attach', id]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  command.child.stdin?.write('word\n');
  await until('an answer', () => (command.stdout.includes('got word') ? true : undefined));
  command.child.stdin?.write('end\n');
  const { code, stdout } = await command.result();
  assert.equal(code, 0);
  assert.match(stdout, /^got word\nend\n/);
};

/** Ctrl-P Ctrl-Q leaves it running. */
const detach: Case = async (scene) => {
  const id = await scene.background(['-it'], ['sh', '-c', 'while read a; do echo "got <$a>"; done']);
  const command = scene.spawnInTerminal(['attach', id]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  command.child.stdin?.write('word\n');
  await until('an answer', () => (command.stdout.includes('got <word>') ? true : undefined));
  command.child.stdin?.write('\x10\x11');
  await command.result();
  assert.equal(await scene.inspect(id, '.State.Running'), 'true');
};

const top: Case = async (scene) => {
  const id = await scene.background();
  await scene.must('exec', '-d', id, 'sleep', '77');
  await until('both', async () => (/sleep 77/.test(await scene.must('top', id)) ? true : undefined));
};

const stats: Case = async (scene) => {
  const id = await scene.background(['--memory', '100m', '--pids-limit', '50']);
  const format = '{{.Name}} {{.MemUsage}} {{.PIDs}}';
  const output = await scene.must('stats', '--no-stream', '--format', format, id);
  assert.match(output, /[\d.]+ ?[kKM]i?B \/ (100MiB|104\.9MB) \d+$/m);
};

const update: Case = async (scene) => {
  const id = await scene.background(['--memory', '100m', '--memory-swap', '100m']);
  await scene.must('update', '--memory', '60m', '--memory-swap', '60m', '--cpu-shares', '512', id);
  assert.equal(await scene.exec(id, 'cat', '/sys/fs/cgroup/memory/memory.limit_in_bytes'), String(60 * 1024 * 1024));
  assert.equal(await scene.exec(id, 'cat', '/sys/fs/cgroup/cpu/cpu.shares'), '512');
};

const copy: Case = async (scene) => {
  const id = await scene.background();
  await scene.must('cp', '/etc/hostname', `${id}:/tmp/copied`);
  assert.equal(await scene.exec(id, 'cat', '/tmp/copied'), scene.machine.read('/etc/hostname').trim());
  await scene.exec(id, 'sh', '-c', 'echo word > /tmp/other');
  const target = `/tmp/${scene.id()}`;
  await scene.must('cp', `${id}:/tmp/other`, target);
  assert.equal(scene.machine.read(target), 'word\n');
  assert.match(await scene.must('diff', id), /A \/tmp\/other/);
};

const commit: Case = async (scene) => {
  const id = await scene.background();
  await scene.exec(id, 'sh', '-c', 'echo word > /kept');
  await scene.must('commit', id, 'hoist.test/committed');
  assert.equal(await scene.must('run', '--rm', 'hoist.test/committed', 'cat', '/kept'), 'word');
  await scene.remove(id);
  await scene.must('rmi', 'hoist.test/committed');
};

const createStart: Case = async (scene) => {
  const id = scene.id();
  await scene.must('create', '--name', id, 'hoist.test/busybox', 'echo', 'word');
  assert.equal(await scene.must('start', '-a', id), 'word');
  assert.equal(await scene.must('start', '-a', id), 'word');
  await scene.must('rename', id, `${id}-other`);
  await scene.must('rm', `${id}-other`);
};

/** The kernel ends what takes too much, and everybody is told. */
const oom: Case = async (scene) => {
  const id = await scene.background(
    ['--memory', '20m', '--memory-swap', '20m'],
    ['sh', '-c', 'a=$(head -c 100000000 /dev/zero | tr "\\\\0" x); echo no'],
  );
  assert.equal(await scene.must('wait', id), '137');
  if (scene.has('docker')) await scene.becomes(id, '.State.OOMKilled', 'true');
};

export const lifecycle: Readonly<Record<string, Case>> = {
  stop,
  kill,
  wait,
  restart,
  'pause, unpause': pause,
  'logs -f': logs,
  attach,
  'attach: detach keys': detach,
  top,
  stats,
  update,
  'cp, diff': copy,
  commit,
  'create, start -a, rename': createStart,
  'out of memory': oom,
};
