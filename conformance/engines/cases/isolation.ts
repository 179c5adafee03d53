/** What a container may do, and what it has of its own. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type Case, image, type Scene } from '../rig/scene.ts';

const field = (status: string, name: string) => new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1] ?? '';
const status = (scene: Scene, ...flags: string[]) => scene.output(flags, ['cat', '/proc/self/status']);

const capabilities: Case = async (scene) => {
  const bits = async (...flags: string[]) => BigInt(`0x${field(await status(scene, ...flags), 'CapEff')}`);
  const [usual, less, more, none] = [
    await bits(),
    await bits('--cap-drop', 'CHOWN'),
    await bits('--cap-add', 'NET_ADMIN'),
    await bits('--cap-drop', 'ALL'),
  ];
  assert.equal(usual & ~less, 1n);
  assert.equal(more & ~usual, 1n << 12n);
  assert.equal(none, 0n);
};

const privileged: Case = async (scene) => {
  const output = await scene.output(
    ['--privileged'],
    ['sh', '-c', 'mount -t tmpfs tmpfs /tmp && ls /dev && cat /proc/self/status'],
  );
  assert.match(output, /^kmsg$/m);
  assert.equal(field(output, 'Seccomp'), '0');
};

const profile = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 95 }],
};

const seccomp: Case = async (scene) => {
  assert.equal(field(await status(scene), 'Seccomp'), '2');
  assert.equal(field(await status(scene, '--security-opt', 'seccomp=unconfined'), 'Seccomp'), '0');
  const file = `/tmp/${scene.id()}.json`;
  writeFileSync(scene.machine.path(file), JSON.stringify(profile));
  const { code, stderr } = await scene.run(['--security-opt', `seccomp=${file}`], ['mkdir', '/folder']);
  assert.equal(code, 1);
  assert.match(stderr, /not supported/);
};

const privileges: Case = async (scene) => {
  assert.equal(field(await status(scene), 'NoNewPrivs'), '0');
  assert.equal(field(await status(scene, '--security-opt', 'no-new-privileges'), 'NoNewPrivs'), '1');
};

const sysctl: Case = async (scene) => {
  const output = await scene.output(
    ['--sysctl', 'net.ipv4.ip_default_ttl=33'],
    ['cat', '/proc/sys/net/ipv4/ip_default_ttl'],
  );
  assert.equal(output, '33');
};

const ulimit: Case = async (scene) => {
  assert.equal(
    await scene.output(
      ['--ulimit', 'nofile=100:200', '--ulimit', 'nproc=4096:4096'],
      ['sh', '-c', 'ulimit -Sn; ulimit -Hn'],
    ),
    '100\n200',
  );
};

const masked: Case = async (scene) => {
  assert.equal(await scene.output([], ['sh', '-c', 'wc -c </proc/keys']), '0');
  const { code } = await scene.run([], ['sh', '-c', 'echo 1 > /proc/sys/kernel/panic']);
  assert.notEqual(code, 0);
};

const namespaceOf = (scene: Scene, kind: string, ...flags: string[]) =>
  scene.output(flags, ['readlink', `/proc/self/ns/${kind}`]);

const shared: Case = async (scene) => {
  const first = await scene.background();
  for (const kind of ['pid', 'ipc', 'net']) {
    const flag = kind === 'net' ? '--network' : `--${kind}`;
    const host = await scene.machine.must(['readlink', `/proc/self/ns/${kind}`]);
    const own = await scene.exec(first, 'readlink', `/proc/self/ns/${kind}`);
    assert.equal(await namespaceOf(scene, kind, flag, 'host'), host.trim(), kind);
    if (kind !== 'ipc') assert.equal(await namespaceOf(scene, kind, flag, `container:${first}`), own, kind);
    assert.notEqual(await namespaceOf(scene, kind), own, kind);
  }
};

const sharedIpc: Case = async (scene) => {
  const first = await scene.background(['--ipc', 'shareable']);
  const own = await scene.exec(first, 'readlink', '/proc/self/ns/ipc');
  assert.equal(await namespaceOf(scene, 'ipc', '--ipc', `container:${first}`), own);
};

const init: Case = async (scene) => {
  const id = await scene.background(['--init'], ['sh', '-c', 'echo up; sleep 100']);
  await scene.logged(id, /up/);
  assert.match(await scene.exec(id, 'cat', '/proc/1/cmdline'), /init|catatonit|tini/);
  await scene.must('stop', id);
  assert.equal(await scene.inspect(id, '.State.ExitCode'), '143');
};

const limits: Case = async (scene) => {
  const flags = [
    '--memory',
    '50m',
    '--cpus',
    '0.5',
    '--pids-limit',
    '20',
    '--cpuset-cpus',
    '0',
    '--blkio-weight',
    '300',
  ];
  const files = ['memory/memory.limit_in_bytes', 'cpu/cpu.cfs_quota_us', 'pids/pids.max', 'cpuset/cpuset.cpus'];
  const output = await scene.output(flags, ['sh', '-c', files.map((file) => `cat /sys/fs/cgroup/${file}`).join(';')]);
  assert.equal(output, `${50 * 1024 * 1024}\n50000\n20\n0`);
};

const devices: Case = async (scene) => {
  const device = '/dev/fuse';
  const read = ['sh', '-c', 'exec 3<>/dev/fuse && echo opened'];
  assert.equal(await scene.output(['--device', `${device}:${device}:rw`], read), 'opened');
  assert.notEqual(
    (await scene.run(['--cap-add', 'MKNOD'], ['sh', '-c', 'mknod /tmp/f c 10 229 && exec 3<>/tmp/f'])).code,
    0,
  );
};

const extra: Case = async (scene) => {
  const flags = [
    '--shm-size',
    '8m',
    '--add-host',
    'there:10.9.8.7',
    '--oom-score-adj',
    '500',
    '--group-add',
    '2000',
    '--label',
    'a=b',
  ];
  const output = await scene.output(flags, [
    'sh',
    '-c',
    'df -k /dev/shm | tail -1; grep there /etc/hosts; cat /proc/self/oom_score_adj; id -G',
  ]);
  assert.match(output, /\b8192\b[\s\S]*10\.9\.8\.7\s+there[\s\S]*^500$[\s\S]*2000/m);
};

const parent: Case = async (scene) => {
  const output = await scene.output(
    ['--cgroup-parent', '/hoist-test-parent', '--cgroupns', 'host'],
    ['cat', '/proc/self/cgroup'],
  );
  assert.match(output, /:memory:\/hoist-test-parent\//);
};

const entry: Case = async (scene) => {
  const { code, stdout } = await scene.cli(['run', '--rm', '--entrypoint', '/bin/echo', image, 'word']);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'word\n' });
};

export const isolation: Readonly<Record<string, Case>> = {
  '--cap-add, --cap-drop': capabilities,
  '--privileged': privileged,
  '--security-opt seccomp': seccomp,
  '--security-opt no-new-privileges': privileges,
  '--sysctl': sysctl,
  '--ulimit': ulimit,
  'masked and read-only paths': masked,
  '--pid, --ipc, --network: host, container': shared,
  '--ipc shareable': sharedIpc,
  '--init': init,
  '--memory, --cpus, --pids-limit, --cpuset-cpus': limits,
  '--device': devices,
  '--shm-size, --add-host, --oom-score-adj, --group-add': extra,
  '--cgroup-parent, --cgroupns': parent,
  '--entrypoint': entry,
};
