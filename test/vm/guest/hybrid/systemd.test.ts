import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useGuest } from '../harness/guest.ts';
import { isGone, opens, properties, systemctl, throughSystemd, unitOf, values } from '../harness/systemd.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

const CONTROLLERS = ['memory', 'pids', 'cpu', 'cpuset', 'devices', 'freezer', 'blkio', 'systemd', 'unified'];
const groupOf = (controller: string, unit: string) => `/sys/fs/cgroup/${controller}/system.slice/${unit}`;

/** The guest's disk. */
const { rdev } = statSync('/dev/vda');
const disk = { type: 'b', major: Math.floor(rdev / 256), minor: rdev % 256 } as const;

const limited = (name: string) =>
  unitOf(`system.slice:test:${name}`, (config) => {
    config.linux.devices = [{ path: '/dev/disk', ...disk, fileMode: 0o600 }];
    config.linux.resources = {
      devices: [{ allow: false, access: 'rwm' }],
      memory: { limit: 64 * 2 ** 20 },
      pids: { limit: 50 },
      cpu: { shares: 512, quota: 25_000, period: 50_000, cpus: '0-1' },
    };
  });

describe('a container of systemd’s on cgroup v1', () => {
  it('is a scope with its limits, in every hierarchy', async () => {
    const container = await root().started(limited('limits'), throughSystemd);
    const unit = 'test-limits.scope';
    expect(properties(unit, ['MemoryLimit', 'TasksMax', 'CPUShares', 'CPUQuotaPerSecUSec', 'DevicePolicy'])).toEqual({
      MemoryLimit: ['67108864'],
      TasksMax: ['50'],
      CPUShares: ['512'],
      CPUQuotaPerSecUSec: ['500ms'],
      DevicePolicy: ['strict'],
    });
    expect(values(groupOf('memory', unit), ['memory.limit_in_bytes'])).toEqual({ 'memory.limit_in_bytes': '67108864' });
    expect(values(groupOf('cpu', unit), ['cpu.shares', 'cpu.cfs_quota_us'])).toEqual({
      'cpu.shares': '512',
      'cpu.cfs_quota_us': '25000',
    });
    expect(values(groupOf('cpuset', unit), ['cpuset.cpus'])).toEqual({ 'cpuset.cpus': '0-1' });
    for (const line of readFileSync(`/proc/${container.pid}/cgroup`, 'utf8').trimEnd().split('\n'))
      expect(line).toContain(`:/system.slice/${unit}`);
    expect((await container.delete('--force')).code).toBe(0);
    expect(isGone(unit)).toBe(true);
    expect(CONTROLLERS.filter((controller) => existsSync(groupOf(controller, unit)))).toEqual([]);
  });

  it('keeps its devices, and is not left frozen', async () => {
    const container = await root().started(limited('devices'), throughSystemd);
    const unit = 'test-devices.scope';
    const list = () => values(groupOf('devices', unit), ['devices.list'])['devices.list']?.split('\n').sort();
    const before = list();
    const paths = ['/dev/null', '/dev/urandom', '/dev/disk'];
    expect(await opens(root(), container.id, paths)).toEqual(['/dev/null', '/dev/urandom']);
    systemctl(['daemon-reload']);
    systemctl(['set-property', '--runtime', unit, 'CPUShares=500']);
    expect(list()).toEqual(before);
    const { code, stderr } = await root().runtime(['update', '--memory', '96M', '--pids-limit', '60', container.id]);
    expect(code, stderr).toBe(0);
    expect(list()).toEqual(before);
    expect(await opens(root(), container.id, paths)).toEqual(['/dev/null', '/dev/urandom']);
    expect(properties(unit, ['MemoryLimit', 'TasksMax'])).toEqual({ MemoryLimit: ['100663296'], TasksMax: ['60'] });
    expect(values(groupOf('freezer', unit), ['freezer.state'])).toEqual({ 'freezer.state': 'THAWED' });
  });

  it('stays paused through an update', async () => {
    const container = await root().started(limited('paused'), throughSystemd);
    expect((await root().runtime(['pause', container.id])).code).toBe(0);
    expect((await root().runtime(['update', '--pids-limit', '60', container.id])).code).toBe(0);
    expect(await container.state()).toMatchObject({ status: 'paused' });
    expect((await root().runtime(['resume', container.id])).code).toBe(0);
  });

  it('is not for users without privileges', async () => {
    const { code, stderr } = await guest.as('rootless').tryCreate(limited('mine'), throughSystemd);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot use rootless systemd cgroups manager on cgroup v1');
  });
});
