import { existsSync, mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config, Patch } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import { notOn, useScene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const HIERARCHIES = ['devices', 'freezer', 'pids', 'memory', 'cpu', 'cpuset', 'systemd', 'unified'];

/** Three processes in the pid namespace of the machine; the second ignores TERM. */
const family: Patch = (config: Config) => {
  config.linux.namespaces = (config.linux.namespaces ?? []).filter(({ type }) => type !== 'pid');
  config.process.args = [
    '/bin/sh',
    '-c',
    `sh -c 'trap "" TERM; sleep 1000; sleep 1000' & sleep 1000 & echo ready; wait`,
  ];
};

const isThere = (pid: number) => existsSync(scene.machine.path(`/proc/${pid}/exe`));
const group = (id: string, hierarchy = 'pids') => scene.machine.path(`/sys/fs/cgroup/${hierarchy}/${id}`);

async function started(): Promise<Container> {
  const container = await root().started(family);
  await container.says('ready');
  await until('four processes', async () => ((await pids(container)).length === 4 ? true : undefined));
  return container;
}

async function pids({ id }: Container): Promise<number[]> {
  const { code, stdout, stderr } = await root().runtime(['ps', '--format', 'json', id]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) ?? [];
}

/** Ends the first process as somebody else would; the others stay. */
async function orphaned(): Promise<{ container: Container; left: number[] }> {
  const container = await started();
  await scene.machine.must(['kill', '-KILL', String(container.pid)]);
  await container.reaches('stopped');
  const left = await pids(container);
  expect(left).toHaveLength(3);
  return { container, left };
}

async function allGone(list: number[]): Promise<void> {
  await until('the end of all', () => (list.some(isThere) ? undefined : true));
}

describe('a container in the pid namespace of the host', () => {
  it('gets a signal for its first process alone', async () => {
    const container = await started();
    const before = await pids(container);
    expect((await container.kill('TERM')).code).toBe(0);
    await container.reaches('stopped');
    expect(before.filter(isThere)).toHaveLength(3);
  });

  it.for([['kill'], ['delete --force'], ['kill of a paused one'], ['delete --force of a paused one']] as const)(
    'ends whole: %s',
    async ([how], context) => {
      if (how === 'delete --force of a paused one') notOn(context, { runc: 'never' }, 'waits for ever');
      const container = await started();
      const before = await pids(container);
      if (how.endsWith('paused one')) expect((await root().runtime(['pause', container.id])).code).toBe(0);
      const { code, stderr } = how.startsWith('kill')
        ? await container.kill('KILL')
        : await container.delete('--force');
      expect(code, stderr).toBe(0);
      await allGone(before);
    },
  );

  it.each([['delete'], ['delete --force']])('%s ends those whom the first process left', async (how) => {
    const { container, left } = await orphaned();
    const { code, stderr } = await container.delete(...how.split(' ').slice(1));
    expect(code, stderr).toBe(0);
    await allGone(left);
    for (const hierarchy of HIERARCHIES) expect(existsSync(group(container.id, hierarchy)), hierarchy).toBe(false);
  });

  it('KILL reaches those whom the first process left; another signal does not', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'says that nothing runs');
    const { container, left } = await orphaned();
    const { code, stderr } = await container.kill('TERM');
    expect([code, stderr]).toEqual([1, expect.stringContaining('container not running')]);
    expect((await container.kill('KILL')).code).toBe(0);
    await allGone(left);
  });

  it('in groups of its own making ends whole too', async () => {
    const container = await started();
    const before = await pids(container);
    const others = before.filter((pid) => pid !== container.pid);
    for (const hierarchy of ['devices', 'freezer', 'pids', 'memory']) {
      mkdirSync(`${group(container.id, hierarchy)}/a/b`, { recursive: true });
      const [first, second] = others;
      await scene.machine.must([
        'sh',
        '-c',
        `echo ${first} > /sys/fs/cgroup/${hierarchy}/${container.id}/a/cgroup.procs`,
      ]);
      await scene.machine.must([
        'sh',
        '-c',
        `echo ${second} > /sys/fs/cgroup/${hierarchy}/${container.id}/a/b/cgroup.procs`,
      ]);
    }
    expect((await pids(container)).sort()).toEqual(before.sort());
    const { code, stderr } = await container.delete('--force');
    expect(code, stderr).toBe(0);
    await allGone(before);
    expect(existsSync(group(container.id))).toBe(false);
  });
});

describe('kill --all', () => {
  it('reaches every process, and each once', async (context) => {
    notOn(context, { runc: 'never', crun: '1.9' }, 'signals the first process only');
    const container = await root().started((config) => {
      const script = 'trap "echo got" USR1; while :; do sleep 0.05; done';
      config.process.args = ['/bin/sh', '-c', `sh -c '${script}' & ${script}`];
    });
    await until('both', async () => ((await pids(container)).length >= 4 ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 200));
    // `sleep` dies of USR1 and the loops go on.
    expect((await root().runtime(['kill', '--all', container.id, 'USR1'])).code).toBe(0);
    await until('both answers', () => (container.stdout === 'got\ngot\n' ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(container.stdout).toBe('got\ngot\n');
  });

  it('of a stopped container is no error', async () => {
    const container = await root().started((config) => {
      config.process.args = probe(['stay']);
    });
    await container.kill('KILL');
    await container.reaches('stopped');
    expect(await root().runtime(['kill', '--all', container.id, 'KILL'])).toMatchObject({ code: 0 });
  });
});

describe('groups that somebody else removed', () => {
  const rmdir = (id: string) => scene.machine.must(['sh', '-c', `rmdir $(ls -d /sys/fs/cgroup/*/${id})`]);

  it('of a stopped container are not missed', async () => {
    const container = await root().started((config) => {
      config.process.args = probe(['stay']);
    });
    await container.kill('KILL');
    await container.reaches('stopped');
    await until('empty groups', () =>
      rmdir(container.id)
        .then(() => true)
        .catch(() => undefined),
    );
    expect((await container.state()).status).toBe('stopped');
    expect(await pids(container)).toEqual([]);
    expect((await container.delete()).code).toBe(0);
  });

  it('under a running container are told of, and it can still be deleted', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const container = await root().started((config) => {
      config.process.args = probe(['stay']);
    });
    await scene.machine.must([
      'sh',
      '-c',
      `for d in /sys/fs/cgroup/*/; do echo ${container.pid} > $d/cgroup.procs; done`,
    ]);
    await rmdir(container.id);
    expect((await container.state()).status).toBe('running');
    for (const command of [['ps', '--format', 'json'], ['pause'], ['update', '--pids-limit', '9']]) {
      const { code, stderr } = await root().runtime([...command, container.id]);
      expect([code, stderr], command[0]).toEqual([1, expect.stringContaining('no such file or directory')]);
    }
    const { code, stderr } = await container.delete('--force');
    expect(code, stderr).toBe(0);
    await until('its end', () => (isThere(container.pid) ? undefined : true));
  });
});
