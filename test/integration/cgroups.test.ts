import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../src/spec/types.ts';
import { probe } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const group = (controller: string, path: string) => scene.machine.path(`/sys/fs/cgroup/${controller}${path}`);
const value = (controller: string, path: string, file: string) =>
  readFileSync(`${group(controller, path)}/${file}`, 'utf8').trim();

/** The processes of a group, as the machine counts them. */
const members = async (controller: string, path: string) =>
  (await scene.machine.must(['cat', `/sys/fs/cgroup/${controller}${path}/cgroup.procs`])).trim();

const limited = (resources: Resources, cgroupsPath?: string): Promise<Container> =>
  root().create((config) => {
    config.process.args = probe(['stay']);
    config.linux.resources = { ...config.linux.resources, ...resources };
    if (cgroupsPath !== undefined) config.linux.cgroupsPath = cgroupsPath;
  });

describe('limits are written to the group of their controller', () => {
  it.each([
    ['memory', { memory: { limit: 64 << 20 } }, { 'memory.limit_in_bytes': String(64 << 20) }],
    ['memory', { memory: { reservation: 32 << 20 } }, { 'memory.soft_limit_in_bytes': String(32 << 20) }],
    ['memory', { memory: { swappiness: 13 } }, { 'memory.swappiness': '13' }],
    ['memory', { memory: { disableOOMKiller: true, limit: 64 << 20 } }, { 'memory.oom_control': /oom_kill_disable 1/ }],
    [
      'cpu',
      { cpu: { shares: 512, quota: 50_000, period: 100_000 } },
      { 'cpu.shares': '512', 'cpu.cfs_quota_us': '50000', 'cpu.cfs_period_us': '100000' },
    ],
    ['cpuset', { cpu: { cpus: '0', mems: '0' } }, { 'cpuset.cpus': '0', 'cpuset.mems': '0' }],
    ['pids', { pids: { limit: 17 } }, { 'pids.max': '17' }],
    [
      'hugetlb',
      { hugepageLimits: [{ pageSize: '2MB', limit: 4 << 20 }] },
      { 'hugetlb.2MB.limit_in_bytes': String(4 << 20) },
    ],
  ] as [string, Resources, Record<string, string | RegExp>][])('%s %j', async (controller, resources, wanted) => {
    const container = await limited(resources);
    for (const [file, text] of Object.entries(wanted))
      expect(value(controller, `/${container.id}`, file), file).toMatch(
        text instanceof RegExp ? text : new RegExp(`^${text}$`),
      );
  });

  it('device rules too', async () => {
    const container = await limited({
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
      ],
    });
    const list = value('devices', `/${container.id}`, 'devices.list').split('\n');
    expect(list).toEqual(expect.arrayContaining(['c 10:229 rw', 'c 1:3 rwm', 'c 136:* rwm']));
    expect(list).not.toContain('a *:* rwm');
  });
});

describe('a group', () => {
  const everyController = [
    'cpu',
    'cpuacct',
    'cpuset',
    'memory',
    'devices',
    'freezer',
    'blkio',
    'pids',
    'hugetlb',
    'systemd',
  ];

  it('holds the container in every hierarchy', async () => {
    const container = await limited({});
    for (const controller of everyController)
      expect(await members(controller, `/${container.id}`), controller).toBe(String(container.pid));
  });

  it.for([
    ['/absolute/path', '/absolute/path'],
    ['relative/path', '/relative/path'],
    ['../../climbing', '/climbing'],
  ] as const)('is found where cgroupsPath says: %s', async ([cgroupsPath, path], context) => {
    if (path === '/climbing') notOn(context, { crun: 'never' }, 'takes .. as it is');
    // Parents that a runtime makes on the way are for the caller to remove.
    scene.later(() => scene.machine.run(['sh', '-c', 'rmdir /sys/fs/cgroup/*/absolute /sys/fs/cgroup/*/relative']));
    const container = await limited({}, cgroupsPath);
    for (const controller of ['cpu', 'memory', 'pids'])
      expect(await members(controller, path), controller).toBe(String(container.pid));
    await container.delete('--force');
    expect(existsSync(group('memory', path))).toBe(false);
  });

  it('goes with the groups that were made below it', async () => {
    const container = await limited({});
    for (const controller of ['memory', 'pids', 'systemd'])
      mkdirSync(`${group(controller, `/${container.id}`)}/a/b`, { recursive: true });
    expect((await container.delete('--force')).code).toBe(0);
    expect(existsSync(group('memory', `/${container.id}`))).toBe(false);
  });

  it('that has processes already is refused', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'shares it');
    await limited({}, '/shared');
    const { code, stderr } = await root().tryCreate((config) => {
      config.linux.cgroupsPath = '/shared';
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/not empty/);
  });
});

describe('a limit holds', () => {
  it('of processes', async () => {
    const [forks] = await root().facts([['forks', '50']], (config) => {
      config.linux.resources = { ...config.linux.resources, pids: { limit: 10 } };
    });
    expect(forks).toBe('9 EAGAIN');
  });

  it('of memory: the process is killed', async () => {
    const { code } = await root().run((config) => {
      config.linux.resources = { ...config.linux.resources, memory: { limit: 16 << 20, swap: 16 << 20 } };
      config.process.args = probe(['eat', String(64 << 20)]);
    });
    expect(code).toBe(137);
  });

  it('of memory that is too low for the container itself is named', async (context) => {
    notOn(context, { crun: 'never' }, 'says something else');
    const { code, stderr } = await root().run((config) => {
      config.linux.resources = { ...config.linux.resources, memory: { limit: 4096, swap: 4096 } };
    });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/OOM|memory/i);
  });

  it('of processors', async () => {
    const [affinity = ''] = await root().facts([['affinity']], (config) => {
      config.linux.resources = { ...config.linux.resources, cpu: { cpus: '0' } };
    });
    expect(affinity.trim()).toBe('0');
  });
});

describe('a limit that cannot be', () => {
  it.for([
    ['a processor that does not exist', { cpu: { cpus: '4000' } }],
    ['a page size that does not exist', { hugepageLimits: [{ pageSize: '3MB', limit: 1 }] }],
    ['a period without end', { cpu: { period: 100_000_000 } }],
  ] as [string, Resources][])('%s undoes create', async ([, resources], context) => {
    notOn(context, { crun: '1.9' }, 'leaves its groups behind');
    const { code, stderr } = await root().tryCreate((config) => {
      config.linux.resources = { ...config.linux.resources, ...resources };
    });
    expect(code).toBe(1);
    expect(stderr.length).toBeGreaterThan(10);
  });

  it('is asked by a user who has no right to cgroups', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const { code, stderr } = await scene.as('rootless').tryCreate((config) => {
      config.linux.resources = { pids: { limit: 10 } };
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cgroup|pids/);
  });
});

describe('a machine without systemd', () => {
  it('has no groups of its making', async () => {
    const { code, stderr } = await root().tryCreate(() => undefined, { globals: ['--systemd-cgroup'] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/systemd not running on this host|connect to .*bus/);
  });
});
