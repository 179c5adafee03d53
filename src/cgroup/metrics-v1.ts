/** What containerd's clients read of a container on cgroup v1 (io.containerd.cgroups.v1.Metrics), as its own library fills it in. */

import type { Metrics } from '../proto/metrics-v1.js';
import type { Int } from '../spec/types.ts';
import { type GroupNative, read, readKey } from './files.ts';
import type { BlockEntry, HugetlbStats, Stats } from './stats.ts';
import { statsV1 } from './stats-v1.ts';

type MemoryStat = NonNullable<Metrics.$Properties['memory']>;

/** memory.stat → field; all but the first two limits come again as `total_…`, of the groups below too. */
const MEMORY: readonly (readonly [key: string, field: keyof MemoryStat, total?: keyof MemoryStat])[] = [
  ['cache', 'cache', 'totalCache'],
  ['rss', 'rss', 'totalRss'],
  ['rss_huge', 'rssHuge', 'totalRssHuge'],
  ['mapped_file', 'mappedFile', 'totalMappedFile'],
  ['dirty', 'dirty', 'totalDirty'],
  ['writeback', 'writeback', 'totalWriteback'],
  ['pgpgin', 'pgPgIn', 'totalPgPgIn'],
  ['pgpgout', 'pgPgOut', 'totalPgPgOut'],
  ['pgfault', 'pgFault', 'totalPgFault'],
  ['pgmajfault', 'pgMajFault', 'totalPgMajFault'],
  ['inactive_anon', 'inactiveAnon', 'totalInactiveAnon'],
  ['active_anon', 'activeAnon', 'totalActiveAnon'],
  ['inactive_file', 'inactiveFile', 'totalInactiveFile'],
  ['active_file', 'activeFile', 'totalActiveFile'],
  ['unevictable', 'unevictable', 'totalUnevictable'],
  ['hierarchical_memory_limit', 'hierarchicalMemoryLimit'],
  ['hierarchical_memsw_limit', 'hierarchicalSwapLimit'],
];

/** @throws SystemError when a file cannot be read */
export function metricsV1(native: GroupNative, paths: Readonly<Record<string, string>>): Metrics.$Properties {
  const stats = statsV1(native, paths);
  return {
    hugetlb: hugetlb(stats.hugetlb),
    pids: { current: stats.pids.current ?? 0, limit: stats.pids.limit ?? 0 },
    cpu: cpu(stats.cpu),
    memory: memory(stats.memory),
    blkio: blkio(native, stats.blkio),
    memoryOomControl: paths.memory === undefined ? null : oomControl(native, paths.memory),
  };
}

function hugetlb(sizes: Stats['hugetlb']) {
  return Object.entries(sizes).map(([pagesize, { usage = 0, max = 0, failcnt }]: [string, HugetlbStats]) => {
    return { usage, max, failcnt, pagesize };
  });
}

function cpu({ usage, throttling = {} }: Stats['cpu']): NonNullable<Metrics.$Properties['cpu']> {
  const { total = 0, percpu = [], kernel = 0, user = 0 } = usage ?? {};
  const { periods = 0, throttledPeriods = 0, throttledTime = 0 } = throttling;
  return {
    usage: { total, kernel, user, perCpu: [...percpu] },
    throttling: { periods, throttledPeriods, throttledTime },
  };
}

function memory({ raw = {}, usage, swap, kernel, kernelTCP }: Stats['memory']): MemoryStat {
  const result: Partial<Record<keyof MemoryStat, unknown>> = {};
  for (const [key, field, total] of MEMORY) {
    result[field] = raw[key] ?? 0;
    if (total) result[total] = raw[`total_${key}`] ?? 0;
  }
  return {
    ...(result as MemoryStat),
    usage: entry(usage),
    swap: entry(swap),
    kernel: entry(kernel),
    kernelTcp: entry(kernelTCP),
  };
}

function entry(given: Stats['memory']['usage']) {
  if (given === undefined) return null;
  const { limit, usage = 0, max = 0, failcnt } = given;
  return { limit, usage, max, failcnt };
}

function blkio(native: GroupNative, tables: Stats['blkio']): NonNullable<Metrics.$Properties['blkio']> {
  const names = deviceNames(native);
  const list = (entries: readonly BlockEntry[] = []) =>
    entries.map(({ op = '', major = 0, minor = 0, value = 0 }) => {
      return { op, device: names.get(`${major}:${minor}`) ?? '', major, minor, value };
    });
  return {
    ioServiceBytesRecursive: list(tables.ioServiceBytesRecursive),
    ioServicedRecursive: list(tables.ioServicedRecursive),
    ioQueuedRecursive: list(tables.ioQueueRecursive),
    ioServiceTimeRecursive: list(tables.ioServiceTimeRecursive),
    ioWaitTimeRecursive: list(tables.ioWaitTimeRecursive),
    ioMergedRecursive: list(tables.ioMergedRecursive),
    ioTimeRecursive: list(tables.ioTimeRecursive),
    sectorsRecursive: list(tables.sectorsRecursive),
  };
}

/** /proc/partitions: a heading, an empty line, then `major minor blocks name`. */
function deviceNames(native: GroupNative): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of (read(native, '/proc/partitions') ?? '').split('\n').slice(2)) {
    const [major, minor, , name] = line.trim().split(/\s+/);
    if (name) names.set(`${major}:${minor}`, `/dev/${name}`);
  }
  return names;
}

function oomControl(native: GroupNative, directory: string): Record<'oomKillDisable' | 'underOom' | 'oomKill', Int> {
  const of = (key: string) => readKey(native, `${directory}/memory.oom_control`, key);
  return { oomKillDisable: of('oom_kill_disable'), underOom: of('under_oom'), oomKill: of('oom_kill') };
}
