/** What containerd's clients read of a container on cgroup v2 (io.containerd.cgroups.v2.Metrics), as its own library fills it in. */

import type { Metrics } from '../proto/metrics-v2.js';
import { type GroupNative, read } from './files.ts';
import { pageSizes, parseCount, readCount, readCounts } from './stats.ts';

type Psi = NonNullable<NonNullable<Metrics.$Properties['cpu']>['psi']>;

/** @throws SystemError when a file cannot be read */
export function metricsV2(native: GroupNative, directory: string): Metrics.$Properties {
  return {
    pids: {
      current: readCount(native, `${directory}/pids.current`) ?? 0,
      limit: readCount(native, `${directory}/pids.max`) ?? 0,
    },
    cpu: cpu(native, directory),
    memory: memory(native, directory),
    io: { usage: io(native, directory), psi: pressure(native, `${directory}/io.pressure`) },
    hugetlb: hugetlb(native, directory),
    memoryEvents: memoryEvents(native, directory),
  };
}

/** `nr_throttled` → `nrThrottled`. */
function fieldsOf(counts: ReturnType<typeof readCounts>): Record<string, number | bigint> {
  const fields: Record<string, number | bigint> = {};
  for (const [key, value] of Object.entries(counts ?? {})) {
    fields[key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] = value;
  }
  return fields;
}

function cpu(native: GroupNative, directory: string): NonNullable<Metrics.$Properties['cpu']> {
  const counts = fieldsOf(readCounts(native, `${directory}/cpu.stat`));
  return { ...counts, psi: pressure(native, `${directory}/cpu.pressure`) };
}

function memory(native: GroupNative, directory: string): NonNullable<Metrics.$Properties['memory']> {
  const counts = readCounts(native, `${directory}/memory.stat`) ?? {};
  const of = (file: string) => readCount(native, `${directory}/memory.${file}`) ?? 0;
  return {
    ...fieldsOf(counts),
    // Since Linux 5.9 by the kind of memory; the field is from before.
    workingsetRefault: counts.workingset_refault ?? counts.workingset_refault_file ?? 0,
    workingsetActivate: counts.workingset_activate ?? counts.workingset_activate_file ?? 0,
    usage: of('current'),
    usageLimit: of('max'),
    maxUsage: of('peak'),
    swapUsage: of('swap.current'),
    swapLimit: of('swap.max'),
    swapMaxUsage: of('swap.peak'),
    psi: pressure(native, `${directory}/memory.pressure`),
  };
}

function memoryEvents(native: GroupNative, directory: string): NonNullable<Metrics.$Properties['memoryEvents']> | null {
  const counts = readCounts(native, `${directory}/memory.events`);
  return counts === undefined ? null : fieldsOf(counts);
}

/** `8:0 rbytes=1 wbytes=2 rios=3 wios=4 …` */
function io(native: GroupNative, directory: string) {
  const entries: Record<string, number | bigint>[] = [];
  for (const line of (read(native, `${directory}/io.stat`) ?? '').split('\n')) {
    const [device = '', ...pairs] = line.split(' ');
    const [major, minor] = device.split(':');
    if (major === undefined || minor === undefined) continue;
    const entry: Record<string, number | bigint> = { major: parseCount(major), minor: parseCount(minor) };
    for (const pair of pairs) {
      const [key = '', value = ''] = pair.split('=');
      entry[key] = parseCount(value);
    }
    entries.push(entry);
  }
  return entries;
}

function hugetlb(native: GroupNative, directory: string) {
  return pageSizes(native, directory, 'current').map((pagesize) => {
    const of = (file: string) => `${directory}/hugetlb.${pagesize}.${file}`;
    return {
      current: readCount(native, of('current')) ?? 0,
      max: readCount(native, of('max')) ?? 0,
      pagesize,
      failcnt: readCounts(native, of('events'))?.max ?? 0,
    };
  });
}

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, and `full` (Documentation/accounting/psi.rst); null where the kernel does not tell. */
function pressure(native: GroupNative, path: string): Psi | null {
  const psi: Record<string, Record<string, number | bigint>> = {};
  for (const line of lines(native, path)) {
    const [kind = '', ...pairs] = line.split(' ');
    const data: Record<string, number | bigint> = {};
    for (const pair of pairs) {
      const [key = '', value = ''] = pair.split('=');
      data[key] = key === 'total' ? parseCount(value) : Number(value);
    }
    psi[kind] = data;
  }
  return Object.keys(psi).length === 0 ? null : (psi as Psi);
}

function lines(native: GroupNative, path: string): string[] {
  try {
    return (read(native, path) ?? '').split('\n').filter(Boolean);
  } catch {
    // EOPNOTSUPP: the kernel was started without pressure stall information.
    return [];
  }
}
