import { RuntimeError } from '../errors.ts';
import type { BlockIoResources, CpuResources, MemoryResources, Resources } from '../spec/types.ts';
import { ioWeightFromBlkio, maximum, pidsMaximum, swapMaximum, weightFromShares } from './convert.ts';
import { addRdma, type ResourcePlan, WriteList, warnKernelMemory } from './resources.ts';

/**
 * The files of cgroup v2 that a resources block sets, in runc's order. Device rules are separate (device-program.ts),
 * `unified` too (unifiedPlan): its failures read differently.
 *
 * @throws RuntimeError InvalidArgument when the memory and swap limits do not fit together.
 * Source: Documentation/admin-guide/cgroup-v2.rst, runc's fs2 driver.
 */
export function planV2(resources: Resources): ResourcePlan {
  const list = new WriteList();
  if (resources.memory !== undefined) warnKernelMemory(list, resources.memory);
  warnVersion1(list, resources);
  if (resources.pids?.limit !== undefined) list.add('pids', 'pids.max', pidsMaximum(resources.pids.limit));
  if (resources.memory !== undefined) addMemory(list, resources.memory);
  if (resources.blockIO !== undefined) addIo(list, resources.blockIO);
  if (resources.cpu !== undefined) addCpu(list, resources.cpu);
  list.add('cpuset', 'cpuset.cpus', resources.cpu?.cpus);
  list.add('cpuset', 'cpuset.mems', resources.cpu?.mems);
  for (const { pageSize, limit } of resources.hugepageLimits ?? []) {
    list.add('hugetlb', `hugetlb.${pageSize}.max`, String(limit));
    list.add('hugetlb', `hugetlb.${pageSize}.rsvd.max`, String(limit), { optional: true });
  }
  if (resources.rdma !== undefined) addRdma(list, resources);
  return list;
}

/** Controllers that a resources block needs in the group, apart from devices and freezer, which v2 always has. */
export function controllersOf(resources: Resources): string[] {
  const names = new Set(planV2(resources).writes.map((write) => write.controller));
  return [...names];
}

/**
 * `unified`: file names to what is written, line by line where the text has several.
 *
 * @throws RuntimeError InvalidArgument for a name that is not a plain file name.
 */
export function unifiedPlan(unified: Record<string, string>): ResourcePlan {
  const list = new WriteList();
  for (const [file, text] of Object.entries(unified)) {
    if (file.includes('/') || file === '' || file === '.' || file === '..') {
      throw new RuntimeError('InvalidArgument', `unified resource "${file}" must be a file name (no slashes)`);
    }
    const controller = file.includes('.') ? file.slice(0, file.indexOf('.')) : '';
    const lines = text.split('\n');
    const values = lines.map((line, index) => (index < lines.length - 1 ? `${line}\n` : line));
    for (const value of values) if (value !== '') list.writes.push({ controller, file, value });
  }
  return list;
}

function warnVersion1(list: WriteList, resources: Resources): void {
  const { memory, cpu, network } = resources;
  const ignored = [
    memory?.swappiness !== undefined && Number(memory.swappiness) !== -1 && 'memory.swappiness',
    memory?.disableOOMKiller && 'memory.disableOOMKiller',
    cpu?.realtimePeriod && 'cpu.realtimePeriod',
    cpu?.realtimeRuntime && 'cpu.realtimeRuntime',
    network?.classID && 'network.classID',
    network?.priorities?.length && 'network.priorities',
  ].filter(Boolean);
  for (const name of ignored) list.warnings.push(`linux.resources.${name} is ignored: cgroup v2 has no such setting`);
}

function addMemory(list: WriteList, memory: MemoryResources): void {
  const swap = swapMaximum(memory.swap, memory.limit);
  // A kernel without swap accounting has no such file; "no swap" and "no limit" are what it does then.
  if (swap !== undefined) {
    const optional = swap === 'max' || swap === '0';
    list.add('memory', 'memory.swap.max', swap, { optional });
  }
  list.add('memory', 'memory.max', maximum(memory.limit));
  list.add('memory', 'memory.low', maximum(memory.reservation));
}

function addIo(list: WriteList, block: BlockIoResources): void {
  if (block.weight) {
    const value = String(ioWeightFromBlkio(block.weight));
    list.add('io', 'io.bfq.weight', block.weight, { otherwise: { file: 'io.weight', value } });
  }
  for (const device of block.weightDevice ?? []) {
    if (!device.weight) continue;
    const value = `${device.major}:${device.minor} ${device.weight}`;
    list.add('io', 'io.bfq.weight', `${value}\n`, { optional: true });
  }
  const throttles = [
    ['rbps', block.throttleReadBpsDevice],
    ['wbps', block.throttleWriteBpsDevice],
    ['riops', block.throttleReadIOPSDevice],
    ['wiops', block.throttleWriteIOPSDevice],
  ] as const;
  for (const [key, devices] of throttles) {
    // v1's 0 lifts a limit; io.max refuses 0 (ERANGE) and calls it max.
    for (const { major, minor, rate } of devices ?? [])
      list.add('io', 'io.max', `${major}:${minor} ${key}=${rate || 'max'}`);
  }
}

function addCpu(list: WriteList, cpu: CpuResources): void {
  if (cpu.idle !== undefined) list.add('cpu', 'cpu.idle', String(cpu.idle));
  list.add('cpu', 'cpu.weight', weightFromShares(cpu.shares ?? 0));
  if (cpu.burst !== undefined) list.add('cpu', 'cpu.max.burst', String(cpu.burst), { again: Boolean(cpu.quota) });
  if (!cpu.quota && !cpu.period) return;
  const quota = cpu.quota && cpu.quota > 0 ? cpu.quota : 'max';
  list.add('cpu', 'cpu.max', `${quota} ${cpu.period || 100000}`);
}
