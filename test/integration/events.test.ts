import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Patch } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import type { Command } from './harness/machine.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist, subject } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
const MIB = 1 << 20;

const stay: Patch = (config) => {
  config.process.args = probe(['stay']);
};

/** Waits for USR1, then takes more memory than there is: in a process of its own, or itself. */
const greedy =
  (itself: boolean): Patch =>
  (config) => {
    const eat = itself ? 'exec /bin/probe eat 67108864' : '/bin/probe eat 67108864; echo outlived; exec sleep 1000';
    const script = `trap go=1 USR1; echo ready; while [ -z "$go" ]; do sleep 0.05; done; ${eat}`;
    config.process.args = ['/bin/sh', '-c', script];
    config.linux.resources = { ...config.linux.resources, memory: { limit: 16 * MIB, swap: 16 * MIB } };
  };

const follow = (container: Container, ...flags: string[]): Command => root().spawn(['events', ...flags, container.id]);

const lines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { type: string; id: string; data?: Record<string, unknown> });

const file = ({ id }: Container, controller: string, name: string) =>
  readFileSync(scene.machine.path(`/sys/fs/cgroup/${controller}/${id}/${name}`), 'utf8').trim();

describe('events --stats', () => {
  it('prints what the container uses in one line, and ends', async (context) => {
    notOn(context, { crun: 'never' }, 'has no events');
    const container = await root().started((config) => {
      config.process.args = [
        '/bin/sh',
        '-c',
        'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; sleep 1000 & echo ready; wait',
      ];
      config.linux.resources = {
        ...config.linux.resources,
        memory: { limit: 64 * MIB },
        pids: { limit: 20 },
        cpu: { quota: 50000, period: 100000, cpus: '0-1' },
      };
    });
    await container.says('ready');
    const { code, stdout, stderr } = await root().runtime(['events', '--stats', container.id]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.endsWith('}\n')).toBe(true);
    const [event] = lines(stdout);
    expect(event).toMatchObject({
      type: 'stats',
      id: container.id,
      data: {
        cpu: {
          usage: {
            total: expect.any(Number),
            percpu: expect.any(Array),
            kernel: expect.any(Number),
            user: expect.any(Number),
          },
          throttling: { periods: expect.any(Number) },
        },
        cpuset: { cpus: [0, 1], cpu_exclusive: 0, mems: [0], sched_load_balance: 1, sched_relax_domain_level: -1 },
        memory: {
          usage: { limit: 64 * MIB, usage: expect.any(Number), max: expect.any(Number), failcnt: 0 },
          raw: { hierarchical_memory_limit: 64 * MIB },
        },
        pids: { current: 2, limit: 20 },
        hugetlb: { '2MB': { failcnt: 0 } },
        intel_rdt: {},
        network_interfaces: null,
      },
    });
    expect(Object.keys(event?.data ?? {})).toEqual([
      'cpu',
      'cpuset',
      'memory',
      'pids',
      'blkio',
      'hugetlb',
      'intel_rdt',
      'network_interfaces',
    ]);
    // More than a JavaScript number holds, to the last digit.
    expect(stdout).toContain(`"swap":{"limit":${file(container, 'memory', 'memory.memsw.limit_in_bytes')},`);
  });

  it('has the members of runc, in its order', async (context) => {
    notOn(context, { crun: 'never' }, 'has no events');
    const container = await root().started((config) => {
      config.process.args = probe(['stay']);
      config.linux.resources = { ...config.linux.resources, memory: { limit: 64 * MIB } };
    });
    const { stdout } = await root().runtime(['events', '--stats', container.id]);
    const data = lines(stdout)[0]?.data as Record<string, Record<string, Record<string, unknown>>>;
    const keys = (value: object | undefined) => Object.keys(value ?? {});
    const wanted = ['cache', 'usage', 'swap', 'kernel', 'kernelTCP', 'raw'];
    expect(wanted.filter((key) => keys(data.memory).includes(key))).toEqual(keys(data.memory));
    expect(keys(data.memory?.raw)).toEqual(keys(data.memory?.raw).sort());
    expect(keys(data.memory?.usage)).toEqual(['limit', 'usage', 'max', 'failcnt']);
    expect(keys(data.cpuset)).toEqual([
      'cpus',
      'cpu_exclusive',
      'mems',
      'mem_hardwall',
      'mem_exclusive',
      'memory_migrate',
      'memory_spread_page',
      'memory_spread_slab',
      'memory_pressure',
      'sched_load_balance',
      'sched_relax_domain_level',
    ]);
    const order = ['total', 'percpu', 'percpu_kernel', 'percpu_user', 'kernel', 'user'];
    expect(order.filter((key) => keys(data.cpu?.usage).includes(key))).toEqual(keys(data.cpu?.usage));
  });
});

describe('events', () => {
  it('prints statistics again and again, until the container ends', async (context) => {
    notOn(context, { crun: 'never' }, 'has no events');
    const container = await root().started(stay);
    const command = follow(container, '--interval', '50ms');
    await until('three lines', () => lines(command.stdout).length >= 3 || undefined);
    await container.kill('KILL');
    await container.reaches('stopped');
    await container.delete(); // runc on v1 goes on until then
    const { code, stdout, stderr } = await command.result();
    expect({ code, stderr: isHoist ? stderr : '' }).toEqual({ code: 0, stderr: '' });
    for (const { type, id, data } of lines(stdout).slice(0, 3)) {
      expect([type, id]).toEqual(['stats', container.id]);
      expect(data?.pids).toEqual({ current: 1 });
    }
  });

  it('ends when the process does, without a delete', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'waits for the delete on v1');
    const container = await root().started(stay);
    const command = follow(container);
    await until('the watch', () => command.child.pid);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await container.kill('KILL');
    expect(await command.result()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('tells of a process that was killed for memory', async (context) => {
    notOn(context, { crun: 'never' }, 'has no events');
    const container = await root().started(greedy(false));
    await container.says('ready');
    const command = follow(container, '--interval', '1h');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await container.kill('USR1');
    await until('the event', () => command.stdout.includes('oom') || undefined);
    const [event] = lines(command.stdout);
    expect(event).toEqual({ type: 'oom', id: container.id });
    await container.says('outlived');
    expect((await container.state()).status).toBe('running');
    await container.delete('--force');
    expect((await command.result()).code).toBe(0);
  });

  it('tells of it also when it was the first process', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'may miss it');
    const container = await root().started(greedy(true));
    await container.says('ready');
    const command = follow(container, '--interval', '1h');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await container.kill('USR1');
    const { code, stdout } = await command.result();
    expect([code, lines(stdout)[0]]).toEqual([0, { type: 'oom', id: container.id }]);
  });

  it.for([
    [['--interval', '0s'], 'duration interval must be greater than 0'],
    [['--interval=-1s'], 'duration interval must be greater than 0'],
    [['--interval', '5'], 'invalid value "5" for flag -interval: parse error'],
  ] as const)('%j: %s', async ([flags, words], context) => {
    notOn(context, { crun: 'never' }, 'has no events');
    const { code, stderr } = await root().runtime(['events', ...flags, (await root().started(stay)).id]);
    expect([code, stderr.replaceAll('\\"', '"')]).toEqual([1, expect.stringContaining(words)]);
  });

  it.each([[], ['--stats']])('%j needs a container that runs', async (...flags) => {
    if (subject.name === 'crun') return;
    const container = await root().started(stay);
    await container.kill('KILL');
    await container.reaches('stopped');
    const { code, stderr } = await root().runtime(['events', ...flags, container.id]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`container with id ${container.id} is not running`)]);
    expect((await root().runtime(['events', ...flags, 'nobody'])).stderr).toContain('container does not exist');
  });

  it('needs a memory group; statistics do not', async (context) => {
    notOn(context, { crun: 'never' }, 'has no events');
    const rootless = scene.as('rootless');
    const container = await rootless.started(stay);
    const { code, stderr } = await rootless.runtime(['events', container.id]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('memory controller missing')]);
    const stats = await rootless.runtime(['events', '--stats', container.id]);
    expect(stats.code, stats.stderr).toBe(0);
    expect(lines(stats.stdout)[0]).toMatchObject({ type: 'stats', data: { pids: {}, hugetlb: {} } });
  });
});
