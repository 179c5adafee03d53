import { RuntimeError } from '../errors.ts';
import type { BlockIoResources, CpuResources, MemoryResources, Resources } from '../spec/types.ts';
import { pidsMaximum } from './convert.ts';
import { addRdma, deviceValue, type ResourcePlan, WriteList, warnKernelMemory } from './resources.ts';

/**
 * The files of cgroup v1 that a resources block sets, in runc's order of controllers. Device rules are separate
 * (device-rules.ts).
 *
 * @param memoryLimit `memory.limit_in_bytes` as it is now; undefined for a group that was just made (no limit).
 * @throws RuntimeError InvalidArgument for `unified` and for values that the kernel would bend silently.
 * Source: Documentation/admin-guide/cgroup-v1, runc's fs driver.
 */
export function planV1(resources: Resources, memoryLimit?: bigint): ResourcePlan {
  if (resources.unified !== undefined) {
    throw new RuntimeError('InvalidArgument', 'invalid configuration: cannot use unified on cgroup v1');
  }
  const list = new WriteList();
  if (resources.memory !== undefined) warnKernelMemory(list, resources.memory);
  list.add('cpuset', 'cpuset.cpus', resources.cpu?.cpus);
  list.add('cpuset', 'cpuset.mems', resources.cpu?.mems);
  if (resources.memory !== undefined) addMemory(list, resources.memory, memoryLimit);
  if (resources.cpu !== undefined) addCpu(list, resources.cpu);
  if (resources.pids?.limit !== undefined) list.add('pids', 'pids.max', pidsMaximum(resources.pids.limit));
  if (resources.blockIO !== undefined) addBlkio(list, resources.blockIO);
  for (const { pageSize, limit } of resources.hugepageLimits ?? []) {
    list.add('hugetlb', `hugetlb.${pageSize}.limit_in_bytes`, String(limit));
    list.add('hugetlb', `hugetlb.${pageSize}.rsvd.limit_in_bytes`, String(limit), { optional: true });
  }
  list.add('net_cls', 'net_cls.classid', resources.network?.classID);
  for (const { name, priority } of resources.network?.priorities ?? []) {
    list.add('net_prio', 'net_prio.ifpriomap', `${name} ${priority}`);
  }
  if (resources.rdma !== undefined) addRdma(list, resources);
  return list;
}

function addMemory(list: WriteList, memory: MemoryResources, current: bigint | undefined): void {
  const { limit, reservation, swappiness } = memory;
  let { swap } = memory;
  const dropSwap = limit !== undefined && Number(limit) === -1 && !swap;
  if (dropSwap) swap = -1;
  // The kernel demands limit <= memory+swap after every single write, so what grows must grow first.
  const swapFirst = limit && swap && (Number(swap) === -1 || (current !== undefined && current < BigInt(swap)));
  const setSwap = () => list.add('memory', 'memory.memsw.limit_in_bytes', swap, { optional: dropSwap });
  if (swapFirst) setSwap();
  list.add('memory', 'memory.limit_in_bytes', limit);
  if (!swapFirst) setSwap();
  list.add('memory', 'memory.soft_limit_in_bytes', reservation);
  if (memory.disableOOMKiller) list.add('memory', 'memory.oom_control', '1');
  if (swappiness === undefined || Number(swappiness) === -1) return;
  if (swappiness < 0 || swappiness > 100) {
    throw new RuntimeError('InvalidArgument', `invalid memory swappiness value: ${swappiness} (valid range is 0-100)`);
  }
  list.add('memory', 'memory.swappiness', String(swappiness));
}

/** Real-time limits: they must stand before a process with a real-time policy moves in, or the move fails. */
export function realtimePlan(cpu: CpuResources): ResourcePlan {
  const list = new WriteList();
  list.add('cpu', 'cpu.rt_period_us', cpu.realtimePeriod, { again: Boolean(cpu.realtimeRuntime) });
  list.add('cpu', 'cpu.rt_runtime_us', cpu.realtimeRuntime);
  return list;
}

function addCpu(list: WriteList, cpu: CpuResources): void {
  // The kernel clamps what is out of range without a word; who asked for it should know.
  if (cpu.shares && cpu.shares > 262144)
    throw new RuntimeError('InvalidArgument', 'the maximum allowed cpu-shares is 262144');
  if (cpu.shares && cpu.shares < 2) throw new RuntimeError('InvalidArgument', 'the minimum allowed cpu-shares is 2');
  list.add('cpu', 'cpu.shares', cpu.shares);
  // quota, period and burst are checked against each other and the parent at every write: the first two try again after the quota.
  list.add('cpu', 'cpu.cfs_period_us', cpu.period, { again: Boolean(cpu.quota) });
  if (cpu.burst !== undefined) {
    list.add('cpu', 'cpu.cfs_burst_us', String(cpu.burst), { optional: true, again: Boolean(cpu.quota) });
  }
  list.add('cpu', 'cpu.cfs_quota_us', cpu.quota);
  if (cpu.idle !== undefined) list.add('cpu', 'cpu.idle', String(cpu.idle));
  list.writes.push(...realtimePlan(cpu).writes);
}

function addBlkio(list: WriteList, block: BlockIoResources): void {
  // The plain weight belonged to the CFQ scheduler (gone in Linux 5.0); BFQ has its own file.
  const withBfq = (file: string, value: string) =>
    list.add('blkio', `blkio.${file}`, value, { otherwise: { file: `blkio.bfq.${file}`, value } });
  if (block.weight) withBfq('weight', String(block.weight));
  list.add('blkio', 'blkio.leaf_weight', block.leafWeight);
  for (const device of block.weightDevice ?? []) {
    if (device.weight) withBfq('weight_device', deviceValue(device, device.weight));
    if (device.leafWeight) list.add('blkio', 'blkio.leaf_weight_device', deviceValue(device, device.leafWeight));
  }
  const throttles = [
    ['read_bps', block.throttleReadBpsDevice],
    ['write_bps', block.throttleWriteBpsDevice],
    ['read_iops', block.throttleReadIOPSDevice],
    ['write_iops', block.throttleWriteIOPSDevice],
  ] as const;
  for (const [name, devices] of throttles) {
    for (const device of devices ?? []) {
      list.add('blkio', `blkio.throttle.${name}_device`, deviceValue(device, device.rate ?? 0));
    }
  }
}
