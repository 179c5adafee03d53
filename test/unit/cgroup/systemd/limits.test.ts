import { describe, expect, it } from 'vitest';
import { bitMask } from '../../../../src/cgroup/systemd/cpuset.ts';
import { limitsV1 } from '../../../../src/cgroup/systemd/limits-v1.ts';
import { limitsV2 } from '../../../../src/cgroup/systemd/limits-v2.ts';
import { parseVersion } from '../../../../src/cgroup/systemd/manager.ts';
import { INFINITE } from '../../../../src/cgroup/systemd/property.ts';
import { oomPolicy } from '../../../../src/cgroup/systemd/unified.ts';
import type { Resources } from '../../../../src/spec/types.ts';

const v2 = (resources: Resources, systemd = 252) => limitsV2(resources, systemd).properties;
const one = (name: string, value: bigint) => [[name, ['t', value]]];

describe('limits of cgroup v2', () => {
  it('become properties', () => {
    const resources: Resources = {
      memory: { limit: 1000, reservation: 500, swap: 1500 },
      cpu: { shares: 1024, quota: 50_000, period: 100_000, cpus: '0-2', mems: '0' },
      pids: { limit: 7 },
      blockIO: { weight: 500 },
    };
    expect(v2(resources)).toEqual([
      ['MemoryMax', ['t', 1000n]],
      ['MemoryLow', ['t', 500n]],
      ['MemorySwapMax', ['t', 500n]],
      ['CPUWeight', ['t', 100n]],
      ['CPUQuotaPeriodUSec', ['t', 100_000n]],
      ['CPUQuotaPerSecUSec', ['t', 500_000n]],
      ['IOWeight', ['t', 4950n]],
      ['TasksMax', ['t', 7n]],
      ['AllowedCPUs', ['ay', new Uint8Array([7])]],
      ['AllowedMemoryNodes', ['ay', new Uint8Array([1])]],
    ]);
  });

  it.each<[string, Resources, unknown]>([
    ['no memory limit', { memory: { limit: -1 } }, [...one('MemoryMax', INFINITE), ...one('MemorySwapMax', INFINITE)]],
    ['no swap', { memory: { limit: 10, swap: 10 } }, [...one('MemoryMax', 10n), ...one('MemorySwapMax', 0n)]],
    ['no tasks', { pids: { limit: 0 } }, one('TasksMax', 1n)],
    ['any tasks', { pids: { limit: -1 } }, one('TasksMax', INFINITE)],
    ['idle', { cpu: { idle: 1 } }, one('CPUWeight', 0n)],
    [
      'a period alone',
      { cpu: { period: 5000 } },
      [...one('CPUQuotaPeriodUSec', 5000n), ...one('CPUQuotaPerSecUSec', INFINITE)],
    ],
    ['no quota', { cpu: { quota: -1 } }, one('CPUQuotaPerSecUSec', INFINITE)],
    ['nothing', {}, []],
  ])('%s', (_name, resources, properties) => {
    expect(v2(resources)).toEqual(properties);
  });

  it('are rounded up to whole percents of a processor, in the group too', () => {
    const { properties, resources } = limitsV2({ cpu: { quota: 25_100, period: 50_000 } }, 252);
    expect(properties.at(-1)).toEqual(['CPUQuotaPerSecUSec', ['t', 510_000n]]);
    expect(resources.cpu).toEqual({ quota: 25_500n, period: 50_000 });
  });

  it('that an older systemd does not know are written to the group alone', () => {
    const cpu = { quota: 1000, period: 10_000, cpus: '1', idle: 1 };
    expect(v2({ cpu }, 239)).toEqual(one('CPUQuotaPerSecUSec', 100_000n));
  });

  it('cannot be both idle and weighty', () => {
    const { properties, warnings } = limitsV2({ cpu: { idle: 1, shares: 512 } }, 252);
    expect(properties).toEqual(one('CPUWeight', 0n));
    expect(warnings).toEqual(['unable to apply both CPUWeight and CpuIdle to systemd, ignoring CPUWeight']);
  });
});

describe('unified', () => {
  it.each<[string, string, unknown]>([
    ['memory.high', '4096\n', one('MemoryHigh', 4096n)],
    ['memory.swap.max', 'max', one('MemorySwapMax', INFINITE)],
    ['pids.max', '0', one('TasksMax', 1n)],
    ['pids.max', 'max', one('TasksMax', INFINITE)],
    ['cpu.weight', '42', one('CPUWeight', 42n)],
    ['cpu.idle', '1', one('CPUWeight', 0n)],
    ['cpu.idle', '0', []],
    ['cpu.max', 'max', [...one('CPUQuotaPeriodUSec', 100_000n), ...one('CPUQuotaPerSecUSec', INFINITE)]],
    ['cpu.max', '1000 10000', [...one('CPUQuotaPeriodUSec', 10_000n), ...one('CPUQuotaPerSecUSec', 100_000n)]],
    ['cpuset.cpus', '9', [['AllowedCPUs', ['ay', new Uint8Array([0, 2])]]]],
    ['memory.oom.group', '1', []],
    ['hugetlb.2MB.max', '0', []],
  ])('%s: %j', (file, value, properties) => {
    expect(v2({ unified: { [file]: value } })).toEqual(properties);
  });

  it.each([
    ['a/b.c', '1', 'unified resource "a/b.c" must be a file name (no slashes)'],
    ['memory', '1', 'unified resource "memory" must be in the form CONTROLLER.PARAMETER'],
    ['memory.max', '1G', 'unified resource "memory.max" value conversion error'],
    ['memory.max', '-1', 'unified resource "memory.max" value conversion error'],
    ['cpu.max', '1 2 3', 'unified resource "cpu.max" value invalid: "1 2 3"'],
    ['cpuset.cpus', '3-1', 'unified resource "cpuset.cpus"="3-1" conversion error: invalid range: 3-1'],
  ])('%s: %j is refused', (file, value, words) => {
    expect(() => v2({ unified: { [file]: value } })).toThrow(words);
  });

  it('has a policy for the OOM killer, which is told at the creation', () => {
    expect(oomPolicy({ 'memory.oom.group': '1' }, 253)).toEqual([['OOMPolicy', ['s', 'kill']]]);
    expect(oomPolicy({ 'memory.oom.group': '0' }, 253)).toEqual([['OOMPolicy', ['s', 'continue']]]);
    expect(oomPolicy({ 'memory.oom.group': '1' }, 252)).toEqual([]);
    expect(oomPolicy({}, 253)).toEqual([]);
  });
});

describe('limits of cgroup v1', () => {
  it('become properties', () => {
    const resources: Resources = {
      memory: { limit: 1000, swap: 2000 },
      cpu: { shares: 512, quota: -1, cpus: '8' },
      blockIO: { weight: 100 },
      pids: { limit: 5 },
    };
    expect(limitsV1(resources, 252).properties).toEqual([
      ['MemoryLimit', ['t', 1000n]],
      ['CPUShares', ['t', 512n]],
      ['CPUQuotaPerSecUSec', ['t', INFINITE]],
      ['BlockIOWeight', ['t', 100n]],
      ['TasksMax', ['t', 5n]],
      ['AllowedCPUs', ['ay', new Uint8Array([0, 1])]],
    ]);
  });
});

describe('a list of processors', () => {
  it.each([
    ['4-7', [0xf0]],
    ['0-7', [0xff]],
    ['0-15', [0xff, 0xff]],
    ['3', [8]],
    [',, 0, 0,1 , 2-4,,', [0x1f]],
    ['32-33', [0, 0, 0, 0, 3]],
  ])('%s', (list, bytes) => {
    expect(bitMask(list)).toEqual(new Uint8Array(bytes));
  });

  it.each(['', ',', '-', '-1', '2-', '3-2', '1-2-3', 'x', '99999999999'])('that cannot be is refused: %j', (list) => {
    expect(() => bitMask(list)).toThrow(/invalid range|empty value/);
  });
});

describe('the version of systemd', () => {
  it.each([
    ['252 (252.39-1~deb12u2)', 252],
    ['v245.4-1.fc32', 245],
    ['245', 245],
    ['nonsense', 0],
  ])('%s', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});
