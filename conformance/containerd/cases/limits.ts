/** Limits: given at birth, changed later, and hit. */
import assert from 'node:assert/strict';
import { namespace } from '../rig/rig.ts';
import type { Case, Scene } from '../rig/scene.ts';

const mebibyte = 1024 * 1024;

const read = (scene: Scene, id: string, controller: string, file: string) =>
  scene.rig.machine.read(`/sys/fs/cgroup/${controller}/${namespace}/${id}/${file}`).trim();

const atBirth: Case = async (scene) => {
  const flags = [
    '--null-io',
    '--memory-limit',
    String(32 * mebibyte),
    '--cpu-quota',
    '50000',
    '--cpu-period',
    '100000',
  ];
  const id = await scene.background(undefined, { flags });
  assert.equal(read(scene, id, 'memory', 'memory.limit_in_bytes'), String(32 * mebibyte));
  assert.equal(read(scene, id, 'cpu', 'cpu.cfs_quota_us'), '50000');
  await scene.end(id);
};

/** `ctr` has no word for it, so straight through containerd's interface. */
const update: Case = async (scene) => {
  const id = await scene.background(undefined, { flags: ['--null-io', '--memory-limit', String(32 * mebibyte)] });
  const tasks = scene.rig.tasks();
  try {
    await tasks.update(id, { memory: { limit: 48 * mebibyte }, cpu: { shares: 512 }, pids: { limit: 77 } });
    assert.equal(read(scene, id, 'memory', 'memory.limit_in_bytes'), String(48 * mebibyte));
    assert.equal(read(scene, id, 'cpu', 'cpu.shares'), '512');
    assert.equal(read(scene, id, 'pids', 'pids.max'), '77');
    await assert.rejects(tasks.update(id, { cpu: { cpus: 'no-cpus' } }), /no-cpus|cpuset|invalid argument/);
    assert.equal((await scene.exec(id, ['true'])).code, 0);
  } finally {
    tasks.close();
  }
  await scene.end(id);
};

/** Fills a shell variable until the kernel ends it. */
const outOfMemory: Case = async (scene) => {
  const id = scene.id();
  const fill = 'x=$(head -c 67108864 /dev/zero | tr "\\0" x); echo not reached';
  const { code } = await scene.run(['sh', '-c', `exec sh -c '${fill}'`], {
    id,
    flags: ['--memory-limit', String(16 * mebibyte)],
  });
  assert.equal(code, 137);
  await scene.rig.events.until(id, '/tasks/oom');
  assert.equal((await scene.exitOf(id)).exit_status, 137);
};

export const limits: Readonly<Record<string, Case>> = {
  'limits: at birth': atBirth,
  'limits: update': update,
  'limits: out of memory': outOfMemory,
};
