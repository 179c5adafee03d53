import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Resources } from '../../../../src/spec/types.ts';
import { probe } from '../../../integration/harness/caller.ts';
import { notOn } from '../../../integration/harness/scene.ts';
import { drivers, started } from '../harness/drivers.ts';
import { value } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');
const MIB = 1 << 20;
/** The guest's first disk. */
const disk = () => readFileSync('/sys/block/vda/dev', 'utf8').trim();
const [major = 0, minor = 0] = disk().split(':').map(Number);

describe.each(drivers)('limits are written to the group, driver $driver', (driver) => {
  const limited = (resources: Resources) =>
    started(driver, root(), (config) => {
      config.process.args = probe(['stay']);
      config.linux.resources = { ...config.linux.resources, ...resources };
    });

  it.each([
    [
      'memory',
      { memory: { limit: 64 * MIB, reservation: 32 * MIB, swap: 96 * MIB } },
      { 'memory.max': 64 * MIB, 'memory.low': 32 * MIB, 'memory.swap.max': 32 * MIB },
    ],
    ['cpu time', { cpu: { quota: 50_000, period: 100_000 } }, { 'cpu.max': '50000 100000' }],
    ['processors', { cpu: { cpus: '1', mems: '0' } }, { 'cpuset.cpus': 1, 'cpuset.mems': 0 }],
    ['processes', { pids: { limit: 77 } }, { 'pids.max': 77 }],
    ['huge pages', { hugepageLimits: [{ pageSize: '2MB', limit: 4 * MIB }] }, { 'hugetlb.2MB.max': 4 * MIB }],
    [
      'input and output',
      {
        blockIO: {
          throttleReadBpsDevice: [{ major, minor, rate: 8 * MIB }],
          throttleWriteIOPSDevice: [{ major, minor, rate: 500 }],
        },
      },
      { 'io.max': `${major}:${minor} rbps=${8 * MIB} wbps=max riops=max wiops=500` },
    ],
    [
      'files by name',
      { unified: { 'memory.high': String(48 * MIB), 'pids.max': '55' } },
      { 'memory.high': 48 * MIB, 'pids.max': 55 },
    ],
  ] as [string, Resources, Record<string, string | number>][])('%s', async (_, resources, wanted) => {
    const container = await limited(resources);
    for (const [file, text] of Object.entries(wanted)) expect(value(container, file), file).toBe(String(text));
  });

  it('shares become a weight by the curve of runc 1.4', async (context) => {
    notOn(context, { runc: '1.4', crun: '1.23' }, 'has the older, linear formula');
    const container = await limited({ cpu: { shares: 512 } });
    expect(value(container, 'cpu.weight')).toBe('59');
  });

  it('idle', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'does not know it');
    const container = await limited({ cpu: { idle: 1 } });
    expect(value(container, 'cpu.idle')).toBe('1');
  });

  it('and can be changed while it runs', async () => {
    const container = await limited({ memory: { limit: 64 * MIB }, pids: { limit: 77 } });
    const flags = ['--memory', String(96 * MIB), '--pids-limit', '66', '--cpu-quota', '20000', '--cpuset-cpus', '0'];
    const { code, stderr } = await root().runtime(['update', ...flags, container.id]);
    expect(code, stderr).toBe(0);
    const files = ['memory.max', 'pids.max', 'cpu.max', 'cpuset.cpus'];
    expect(files.map((file) => value(container, file))).toEqual([String(96 * MIB), '66', '20000 100000', '0']);
  });
});
