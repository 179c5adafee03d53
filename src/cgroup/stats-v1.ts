import type { Int } from '../spec/types.ts';
import { type GroupNative, read } from './files.ts';
import {
  type BlockEntry,
  type BlockTable,
  type CpuStats,
  type CpusetStats,
  type HugetlbStats,
  type MemoryEntry,
  pageSizes,
  parseCount,
  readCount,
  readCounts,
  type Stats,
  times,
  unlessEmpty,
  unlessZero,
} from './stats.ts';

/** cpuacct.stat counts in USER_HZ, which is 100 on every architecture we run on. */
const NANOSECONDS_PER_TICK = 10_000_000;

/** Where blkio statistics may be, the best first: BFQ (with and without its debug files), CFQ, and the throttle layer. */
const BLOCK_FILES: readonly (readonly (readonly [file: string, table: BlockTable])[])[] = [
  scheduler('blkio.bfq.'),
  scheduler('blkio.bfq.').slice(-2),
  scheduler('blkio.'),
  [
    ['blkio.throttle.io_serviced_recursive', 'ioServicedRecursive'],
    ['blkio.throttle.io_service_bytes_recursive', 'ioServiceBytesRecursive'],
  ],
  [
    ['blkio.throttle.io_serviced', 'ioServicedRecursive'],
    ['blkio.throttle.io_service_bytes', 'ioServiceBytesRecursive'],
  ],
];

function scheduler(prefix: string): [string, BlockTable][] {
  return [
    [`${prefix}sectors_recursive`, 'sectorsRecursive'],
    [`${prefix}io_service_time_recursive`, 'ioServiceTimeRecursive'],
    [`${prefix}io_wait_time_recursive`, 'ioWaitTimeRecursive'],
    [`${prefix}io_merged_recursive`, 'ioMergedRecursive'],
    [`${prefix}io_queued_recursive`, 'ioQueueRecursive'],
    [`${prefix}time_recursive`, 'ioTimeRecursive'],
    [`${prefix}io_serviced_recursive`, 'ioServicedRecursive'],
    [`${prefix}io_service_bytes_recursive`, 'ioServiceBytesRecursive'],
  ];
}

/**
 * Statistics of a container's groups in cgroup v1, as runc's fs driver reads them. A controller that has no group counts as zero.
 *
 * @throws SystemError when a file cannot be read
 */
export function statsV1(native: GroupNative, paths: Readonly<Record<string, string>>): Stats {
  const { pids, hugetlb, memory, blkio } = paths;
  const limit = pids === undefined ? undefined : read(native, `${pids}/pids.max`)?.trim();
  return {
    cpu: cpuStats(native, paths),
    cpuset: cpusetStats(native, paths.cpuset),
    memory: memory === undefined ? {} : memoryStats(native, memory),
    pids: {
      current: pids === undefined ? undefined : unlessZero(readCount(native, `${pids}/pids.current`)),
      limit: limit === undefined || limit === 'max' ? undefined : unlessZero(parseCount(limit)),
    },
    blkio: blkio === undefined ? {} : blockStats(native, blkio),
    hugetlb: hugetlb === undefined || native.stat(hugetlb) === undefined ? {} : hugetlbStats(native, hugetlb),
    intel_rdt: {},
    network_interfaces: null,
  };
}

function cpuStats(native: GroupNative, { cpu, cpuacct }: Readonly<Record<string, string>>): CpuStats {
  const throttled = (cpu === undefined ? undefined : readCounts(native, `${cpu}/cpu.stat`)) ?? {};
  const throttling = {
    periods: unlessZero(throttled.nr_periods),
    throttledPeriods: unlessZero(throttled.nr_throttled),
    throttledTime: unlessZero(throttled.throttled_time),
  };
  return { usage: cpuacct === undefined ? undefined : cpuUsage(native, cpuacct), throttling: unlessEmpty(throttling) };
}

function cpuUsage(native: GroupNative, directory: string): CpuStats['usage'] {
  const modes = readCounts(native, `${directory}/cpuacct.stat`);
  if (modes === undefined) return undefined;
  // A heading `cpu user system`, then a line for each processor.
  const processors = (read(native, `${directory}/cpuacct.usage_all`) ?? '').trim().split('\n').slice(1);
  const column = (index: number) => filled(processors.map((line) => parseCount(line.split(' ')[index] ?? '')));
  const each = (read(native, `${directory}/cpuacct.usage_percpu`) ?? '').trim().split(' ').filter(Boolean);
  return unlessEmpty({
    total: unlessZero(readCount(native, `${directory}/cpuacct.usage`)),
    percpu: filled(each.map(parseCount)),
    percpu_kernel: column(2),
    percpu_user: column(1),
    kernel: times(modes.system ?? 0, NANOSECONDS_PER_TICK),
    user: times(modes.user ?? 0, NANOSECONDS_PER_TICK),
  });
}

const filled = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

function cpusetStats(native: GroupNative, directory: string | undefined): CpusetStats {
  const text = (name: string) =>
    directory === undefined ? undefined : read(native, `${directory}/cpuset.${name}`)?.trim();
  const count = (name: string) => parseCount(text(name) ?? '');
  return {
    cpus: filled(expand(text('cpus') ?? '')),
    cpu_exclusive: count('cpu_exclusive'),
    mems: filled(expand(text('mems') ?? '')),
    mem_hardwall: count('mem_hardwall'),
    mem_exclusive: count('mem_exclusive'),
    memory_migrate: count('memory_migrate'),
    memory_spread_page: count('memory_spread_page'),
    memory_spread_slab: count('memory_spread_slab'),
    memory_pressure: count('memory_pressure'),
    sched_load_balance: count('sched_load_balance'),
    sched_relax_domain_level: Number(text('sched_relax_domain_level') ?? 0), // -1 is the ordinary value
  };
}

/** `0-2,5` → 0, 1, 2, 5. */
function expand(list: string): number[] {
  return list
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

function memoryStats(native: GroupNative, directory: string): Stats['memory'] {
  const raw = readCounts(native, `${directory}/memory.stat`);
  if (raw === undefined) return {};
  return {
    cache: unlessZero(raw.cache),
    usage: memoryEntry(native, `${directory}/memory.`),
    swap: memoryEntry(native, `${directory}/memory.memsw.`),
    kernel: memoryEntry(native, `${directory}/memory.kmem.`),
    kernelTCP: memoryEntry(native, `${directory}/memory.kmem.tcp.`),
    raw,
  };
}

function memoryEntry(native: GroupNative, prefix: string): MemoryEntry | undefined {
  const count = (name: string): Int => readCount(native, prefix + name) ?? 0;
  return unlessEmpty({
    limit: count('limit_in_bytes'),
    usage: unlessZero(count('usage_in_bytes')),
    max: unlessZero(count('max_usage_in_bytes')),
    failcnt: count('failcnt'),
  });
}

/** The first kind of files that is there and says something. */
function blockStats(native: GroupNative, directory: string): Stats['blkio'] {
  for (const files of BLOCK_FILES) {
    const tables: Partial<Record<BlockTable, readonly BlockEntry[]>> = {};
    for (const [file, table] of files) {
      const entries = blockEntries(read(native, `${directory}/${file}`) ?? '');
      if (entries.length === 0) break;
      tables[table] = entries;
    }
    if (Object.keys(tables).length > 0) return tables;
  }
  return {};
}

/** `8:0 Read 1282048` or `8:0 6792`; the last line, `Total 3477504`, is no device's. */
function blockEntries(text: string): BlockEntry[] {
  const entries: BlockEntry[] = [];
  for (const line of text.trim().split('\n')) {
    const [device = '', ...rest] = line.split(' ');
    const [major, minor] = device.split(':');
    const value = rest.pop();
    if (major === undefined || minor === undefined || value === undefined) continue;
    entries.push({
      major: unlessZero(parseCount(major)),
      minor: unlessZero(parseCount(minor)),
      op: rest[0],
      value: unlessZero(parseCount(value)),
    });
  }
  return entries;
}

/** Reservations (`rsvd`, Linux 5.7) where the kernel counts them. */
function hugetlbStats(native: GroupNative, directory: string): Record<string, HugetlbStats> {
  const stats: Record<string, HugetlbStats> = {};
  for (const size of pageSizes(native, directory, 'usage_in_bytes')) {
    const reserved = read(native, `${directory}/hugetlb.${size}.rsvd.usage_in_bytes`) !== undefined;
    const prefix = `${directory}/hugetlb.${size}${reserved ? '.rsvd' : ''}`;
    stats[size] = {
      usage: unlessZero(readCount(native, `${prefix}.usage_in_bytes`)),
      max: unlessZero(readCount(native, `${prefix}.max_usage_in_bytes`)),
      failcnt: readCount(native, `${prefix}.failcnt`) ?? 0,
    };
  }
  return stats;
}
