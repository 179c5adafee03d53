import type { Int } from '../spec/types.ts';
import { type GroupNative, read } from './files.ts';
import type { ResctrlStats } from './resctrl-stats.ts';

/** What `events` prints of a container's groups: runc's JSON (types/events.go), key by key and in its order. Absent is zero. */
export interface Stats {
  readonly cpu: CpuStats;
  readonly cpuset: CpusetStats;
  readonly memory: MemoryStats;
  readonly pids: { readonly current?: Int | undefined; readonly limit?: Int | undefined };
  readonly blkio: Readonly<Partial<Record<BlockTable, readonly BlockEntry[]>>> & {
    readonly psi?: Pressure | undefined;
  };
  /** By page size: `2MB`. */
  readonly hugetlb: Readonly<Record<string, HugetlbStats>>;
  /** What `resctrlStats` says, for a container with linux.intelRdt. */
  readonly intel_rdt: ResctrlStats;
  /** Of interfaces that the runtime makes: runc knows them, config.json does not. */
  readonly network_interfaces: null;
}

export interface CpuStats {
  /** Nanoseconds. */
  readonly usage?: CpuUsage | undefined;
  /** `throttledTime` in nanoseconds. */
  readonly throttling?:
    | { periods?: Int | undefined; throttledPeriods?: Int | undefined; throttledTime?: Int | undefined }
    | undefined;
  readonly psi?: Pressure | undefined;
}

export interface CpuUsage {
  readonly total?: Int | undefined;
  readonly percpu?: readonly Int[] | undefined;
  readonly percpu_kernel?: readonly Int[] | undefined;
  readonly percpu_user?: readonly Int[] | undefined;
  readonly kernel: Int;
  readonly user: Int;
}

export interface CpusetStats {
  readonly cpus?: readonly number[] | undefined;
  readonly cpu_exclusive: Int;
  readonly mems?: readonly number[] | undefined;
  readonly mem_hardwall: Int;
  readonly mem_exclusive: Int;
  readonly memory_migrate: Int;
  readonly memory_spread_page: Int;
  readonly memory_spread_slab: Int;
  readonly memory_pressure: Int;
  readonly sched_load_balance: Int;
  readonly sched_relax_domain_level: Int;
}

/** Bytes. */
export interface MemoryStats {
  readonly cache?: Int | undefined;
  readonly usage?: MemoryEntry | undefined;
  /** Memory plus swap, on v2 too. */
  readonly swap?: MemoryEntry | undefined;
  readonly kernel?: MemoryEntry | undefined;
  readonly kernelTCP?: MemoryEntry | undefined;
  readonly raw?: Readonly<Record<string, Int>> | undefined;
  readonly psi?: Pressure | undefined;
}

export interface MemoryEntry {
  readonly limit: Int;
  readonly usage?: Int | undefined;
  readonly max?: Int | undefined;
  readonly failcnt: Int;
}

export type BlockTable =
  | 'ioServiceBytesRecursive'
  | 'ioServicedRecursive'
  | 'ioQueueRecursive'
  | 'ioServiceTimeRecursive'
  | 'ioWaitTimeRecursive'
  | 'ioMergedRecursive'
  | 'ioTimeRecursive'
  | 'sectorsRecursive';

export interface BlockEntry {
  readonly major?: Int | undefined;
  readonly minor?: Int | undefined;
  readonly op?: string | undefined;
  readonly value?: Int | undefined;
}

export interface HugetlbStats {
  readonly usage?: Int | undefined;
  readonly max?: Int | undefined;
  readonly failcnt: Int;
}

/** Pressure stall information (Documentation/accounting/psi.rst): percentages, and microseconds in all. */
export interface Pressure {
  readonly some?: PressureLine | undefined;
  readonly full?: PressureLine | undefined;
}

export interface PressureLine {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly total: Int;
}

const MAX = 2n ** 64n - 1n;

/** One number of a group's file: negative ones are bugs of the kernel and count as 0, `max` is 2^64-1. */
export function parseCount(text: string): Int {
  const word = text.trim();
  if (word === 'max') return MAX;
  if (!/^\d+$/.test(word)) return 0;
  const number = Number(word);
  return Number.isSafeInteger(number) ? number : BigInt(word);
}

/** A file with one number; undefined when it is not there. */
export function readCount(native: GroupNative, path: string): Int | undefined {
  const text = read(native, path);
  return text === undefined ? undefined : parseCount(text);
}

/** A file of lines `key number`, by key in alphabetical order; undefined when it is not there. */
export function readCounts(native: GroupNative, path: string): Record<string, Int> | undefined {
  const text = read(native, path);
  if (text === undefined) return undefined;
  const lines = text.trim().split('\n').filter(Boolean).sort();
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(' ')), parseCount(line.slice(line.indexOf(' ') + 1))]),
  );
}

/** Sums and products of what may be a bigint. */
export function total(a: Int, b: Int): Int {
  return parseCount(String(BigInt(a) + BigInt(b)));
}

export function times(value: Int, factor: number): Int {
  return parseCount(String(BigInt(value) * BigInt(factor)));
}

/** Go's `omitempty` for a number. */
export function unlessZero(value: Int | undefined): Int | undefined {
  return value ? value : undefined;
}

/** Go's `omitzero` for an object: undefined when all that it says is nothing. */
export function unlessEmpty<T extends object>(value: T): T | undefined {
  return Object.values(value).some(Boolean) ? value : undefined;
}

/** Page sizes that a hugetlb group limits, from its files: `hugetlb.2MB.usage_in_bytes`. */
export function pageSizes(native: GroupNative, directory: string, suffix: string): string[] {
  const sizes: string[] = [];
  for (const { name } of native.readDirectory(directory)) {
    const [prefix, size, ...rest] = name.split('.');
    if (prefix === 'hugetlb' && size !== undefined && rest.length === 1 && rest[0] === suffix) sizes.push(size);
  }
  return sizes.sort();
}
