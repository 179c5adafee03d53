import { isSystemError, RuntimeError } from '../errors.ts';
import type { Int } from '../spec/types.ts';
import { type GroupNative, read, readKey, readPids } from './files.ts';
import {
  type BlockEntry,
  type CpuStats,
  type HugetlbStats,
  type MemoryEntry,
  type MemoryStats,
  type Pressure,
  type PressureLine,
  pageSizes,
  parseCount,
  readCount,
  readCounts,
  type Stats,
  times,
  total,
  unlessEmpty,
  unlessZero,
} from './stats.ts';

const UNLIMITED = 2n ** 64n - 1n;
const NANOSECONDS = 1000;

/** v1's numbers of what v2 does not have. */
const NO_CPUSET = {
  cpu_exclusive: 0,
  mem_hardwall: 0,
  mem_exclusive: 0,
  memory_migrate: 0,
  memory_spread_page: 0,
  memory_spread_slab: 0,
  memory_pressure: 0,
  sched_load_balance: 0,
  sched_relax_domain_level: 0,
};

/** What io.stat counts, in the tables of v1. */
const BLOCK_KEYS: Readonly<Record<string, readonly ['ioServiceBytesRecursive' | 'ioServicedRecursive', op: string]>> = {
  rbytes: ['ioServiceBytesRecursive', 'Read'],
  wbytes: ['ioServiceBytesRecursive', 'Write'],
  rios: ['ioServicedRecursive', 'Read'],
  wios: ['ioServicedRecursive', 'Write'],
};

/**
 * Statistics of a container's group in cgroup v2, laid out as those of v1, as runc's fs2 driver does it. A controller that is not
 * enabled in the group counts as zero.
 *
 * @param rootless a group that is not there counts as zero too
 * @throws RuntimeError NotFound when there is no group
 */
export function statsV2(native: GroupNative, directory: string | undefined, rootless: boolean): Stats {
  const group = directory ?? '';
  if (!rootless && native.stat(group) === undefined) {
    const text = `error while statting cgroup v2: [open ${group}/cgroup.procs: no such file or directory]`;
    throw new RuntimeError('NotFound', text, { stage: 'cgroup', path: group });
  }
  return {
    cpu: cpuStats(native, group),
    cpuset: NO_CPUSET,
    memory: { ...memoryStats(native, group), psi: pressure(native, `${group}/memory.pressure`) },
    pids: pidsStats(native, group),
    blkio: { ...blockStats(native, group), psi: pressure(native, `${group}/io.pressure`) },
    hugetlb: native.stat(group) === undefined ? {} : hugetlbStats(native, group),
    intel_rdt: {},
    network_interfaces: null,
  };
}

function pidsStats(native: GroupNative, directory: string): Stats['pids'] {
  const current = readCount(native, `${directory}/pids.current`);
  if (current === undefined) return { current: unlessZero(readPids(native, directory, false).length) };
  const limit = readCount(native, `${directory}/pids.max`);
  return { current: unlessZero(current), limit: limit === UNLIMITED ? undefined : unlessZero(limit) };
}

/** cpu.stat is there without the controller too. */
function cpuStats(native: GroupNative, directory: string): CpuStats {
  const stat = readCounts(native, `${directory}/cpu.stat`) ?? {};
  const nanoseconds = (key: string): Int => times(stat[key] ?? 0, NANOSECONDS);
  const throttling = {
    periods: unlessZero(stat.nr_periods),
    throttledPeriods: unlessZero(stat.nr_throttled),
    throttledTime: unlessZero(nanoseconds('throttled_usec')),
  };
  const usage = {
    total: unlessZero(nanoseconds('usage_usec')),
    kernel: nanoseconds('system_usec'),
    user: nanoseconds('user_usec'),
  };
  const psi = pressure(native, `${directory}/cpu.pressure`);
  return { usage: unlessEmpty(usage), throttling: unlessEmpty(throttling), psi };
}

function memoryStats(native: GroupNative, directory: string): MemoryStats {
  const raw = readCounts(native, `${directory}/memory.stat`);
  if (raw === undefined) return {};
  const memory = memoryEntry(native, `${directory}/memory.`);
  const swap = memoryEntry(native, `${directory}/memory.swap.`);
  // v1 counts memory and swap together; a peak of both cannot be told from two.
  const both = {
    limit: swap.limit === UNLIMITED ? swap.limit : total(swap.limit, memory.limit),
    usage: unlessZero(total(swap.usage ?? 0, memory.usage ?? 0)),
    failcnt: 0,
  };
  return { cache: unlessZero(raw.file), usage: unlessEmpty(memory), swap: unlessEmpty(both), raw };
}

function memoryEntry(native: GroupNative, prefix: string): MemoryEntry {
  const count = (name: string): Int => readCount(native, prefix + name) ?? 0;
  return { limit: count('max'), usage: unlessZero(count('current')), max: unlessZero(count('peak')), failcnt: 0 };
}

/** `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`. */
function blockStats(native: GroupNative, directory: string): Stats['blkio'] {
  const tables: Partial<Record<string, BlockEntry[]>> = {};
  for (const line of (read(native, `${directory}/io.stat`) ?? '').trim().split('\n')) {
    const [device = '', ...items] = line.split(' ');
    const [major, minor] = device.split(':');
    if (major === undefined || minor === undefined) continue;
    for (const item of items) {
      const [key = '', value = ''] = item.split('=');
      const [table, op] = BLOCK_KEYS[key] ?? [];
      if (table === undefined) continue;
      tables[table] ??= [];
      tables[table].push({
        major: unlessZero(parseCount(major)),
        minor: unlessZero(parseCount(minor)),
        op,
        value: unlessZero(parseCount(value)),
      });
    }
  }
  return tables;
}

function hugetlbStats(native: GroupNative, directory: string): Record<string, HugetlbStats> {
  const stats: Record<string, HugetlbStats> = {};
  for (const size of pageSizes(native, directory, 'current')) {
    const prefix = `${directory}/hugetlb.${size}`;
    const usage = readCount(native, `${prefix}.rsvd.current`) ?? readCount(native, `${prefix}.current`);
    stats[size] = { usage: unlessZero(usage), failcnt: readKey(native, `${prefix}.events`, 'max') };
  }
  return stats;
}

/** undefined where the kernel keeps none (before 4.20, `psi=0`, `cgroup.pressure` off). */
function pressure(native: GroupNative, path: string): Pressure | undefined {
  let text: string | undefined;
  try {
    text = read(native, path);
  } catch (error) {
    if (!isSystemError(error, 'EOPNOTSUPP', 'ENOTSUP')) throw error;
  }
  if (text === undefined) return undefined;
  const lines = text.trim().split('\n');
  const line = (name: string) => lines.find((one) => one.startsWith(`${name} `));
  return { some: pressureLine(line('some')), full: pressureLine(line('full')) };
}

/** `some avg10=0.00 avg60=0.12 avg300=1.50 total=4711`. */
function pressureLine(line: string | undefined): PressureLine | undefined {
  if (line === undefined) return undefined;
  const values = new Map(line.split(' ').map((part) => part.split('=') as [string, string]));
  const average = (name: string) => Number(values.get(name) ?? 0);
  const result = { avg10: average('avg10'), avg60: average('avg60'), avg300: average('avg300') };
  return unlessEmpty({ ...result, total: parseCount(values.get('total') ?? '') });
}
