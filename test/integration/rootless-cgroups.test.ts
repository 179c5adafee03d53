import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../src/spec/types.ts';
import { type Config, USER } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import type { Result } from './harness/machine.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const rootless = () => scene.as('rootless');
const MIB = 1 << 20;

const V1 = ['cpu', 'cpuacct', 'cpuset', 'memory', 'devices', 'freezer', 'blkio', 'pids', 'hugetlb', 'systemd'];

/** Gives the user a group in these hierarchies of cgroup v1, as an administrator would; the user's commands begin in it. */
async function delegated(hierarchies: readonly string[]): Promise<{ wrapper: string[] }> {
  const each = (script: string) =>
    scene.machine.must(['sh', '-c', `for d in ${hierarchies.join(' ')}; do g=/sys/fs/cgroup/$d/user; ${script}; done`]);
  await each(
    `mkdir $g; [ $d != cpuset ] || for f in cpus mems; do cat $g/../cpuset.$f > $g/cpuset.$f; done; chown ${USER} $g $g/tasks $g/cgroup.procs`,
  );
  scene.later(() => each('rmdir $g'));
  const enter = `for d in ${hierarchies.join(' ')}; do echo 0 > /sys/fs/cgroup/$d/user/tasks || exit 99; done; exec "$@"`;
  return { wrapper: ['sh', '-c', enter, '-'] };
}

const limited = (resources: Resources) => (config: Config) => {
  config.process.args = probe(['stay']);
  config.linux.resources = resources;
};

const group = ({ id }: Container, hierarchy: string) => scene.machine.path(`/sys/fs/cgroup/${hierarchy}/user/${id}`);
const value = (container: Container, file: string) =>
  readFileSync(`${group(container, file.slice(0, file.indexOf('.')))}/${file}`, 'utf8').trim();
const runtime = (container: Container, ...words: string[]): Promise<Result> =>
  rootless().runtime([...words, container.id]);

describe('a user with groups in every hierarchy', () => {
  it('has containers with limits, which can be listed, frozen, changed and removed', async () => {
    const options = await delegated(V1);
    const container = await rootless().create(
      limited({ memory: { limit: 64 * MIB }, pids: { limit: 20 }, cpu: { shares: 512, cpus: '0' } }),
      options,
    );
    expect((await container.start()).code).toBe(0);
    expect(value(container, 'memory.limit_in_bytes')).toBe(String(64 * MIB));
    expect(value(container, 'cpu.shares')).toBe('512');
    expect(value(container, 'cpuset.cpus')).toBe('0');
    expect(await runtime(container, 'ps', '--format', 'json')).toMatchObject({
      code: 0,
      stdout: `[${container.pid}]\n`,
    });
    expect((await runtime(container, 'pause')).code).toBe(0);
    expect((await container.state()).status).toBe('paused');
    expect((await runtime(container, 'resume')).code).toBe(0);
    expect(await runtime(container, 'update', '--pids-limit', '9', '--memory', '32m')).toMatchObject({ code: 0 });
    expect([value(container, 'pids.max'), value(container, 'memory.limit_in_bytes')]).toEqual(['9', String(32 * MIB)]);
    expect((await container.delete('--force')).code).toBe(0);
    for (const hierarchy of V1) expect(existsSync(group(container, hierarchy)), hierarchy).toBe(false);
  });
});

describe('a user with groups in some hierarchies', () => {
  const some = ['pids', 'freezer', 'devices'];

  it('has what limits there can be', async () => {
    const options = await delegated(some);
    const container = await rootless().create(limited({ pids: { limit: 20 } }), options);
    expect(value(container, 'pids.max')).toBe('20');
    expect(JSON.parse((await runtime(container, 'ps', '-f', 'json')).stdout)).toEqual([container.pid]);
    expect((await runtime(container, 'update', '--pids-limit', '9')).code).toBe(0);
    expect((await runtime(container, 'pause')).code).toBe(0);
    expect((await runtime(container, 'resume')).code).toBe(0);
    expect(value(container, 'pids.max')).toBe('9');
    const { code, stderr } = await runtime(container, 'update', '--pids-limit', '8', '--memory', '64m');
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot set memory limit: container could not join')]);
    expect((await container.delete('--force')).code).toBe(0);
    for (const hierarchy of some) expect(existsSync(group(container, hierarchy)), hierarchy).toBe(false);
  });

  it('is refused others, and nothing is left behind', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'leaves its groups behind');
    const options = await delegated(some);
    const { code, stderr } = await rootless().tryCreate(limited({ memory: { limit: 64 * MIB } }), options);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot set memory limit: container could not join')]);
  });
});

describe('a user without groups', () => {
  it('may not have a path of its own choice', async () => {
    const { code, stderr } = await rootless().tryCreate((config) => {
      config.process.args = probe(['stay']);
      config.linux.cgroupsPath = '/mine';
    });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/permission denied/i)]);
  });
});
