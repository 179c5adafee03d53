import type { CpuResources, Int, MemoryResources, Resources } from '../spec/types.ts';
import { type GroupNative, read } from './files.ts';

/**
 * The resources of an update on cgroup v2, with what belongs to a value but was not given: one file has both quota and period, and
 * memory.swap.max depends on the memory limit, because config.json's swap means memory plus swap. What is missing stays as the kernel
 * has it (runc takes it from its record of the configuration).
 *
 * @param directory the container's group
 */
export function completeV2(native: GroupNative, directory: string, resources: Resources): Resources {
  const { cpu, memory } = resources;
  return {
    ...resources,
    ...(cpu === undefined ? {} : { cpu: completeCpu(native, directory, cpu) }),
    ...(memory === undefined ? {} : { memory: completeMemory(native, directory, memory) }),
  };
}

function completeCpu(native: GroupNative, directory: string, cpu: CpuResources): CpuResources {
  if (Boolean(cpu.quota) === Boolean(cpu.period)) return cpu;
  const [quota, period] = (read(native, `${directory}/cpu.max`) ?? '').trim().split(' ');
  if (quota === undefined || period === undefined) return cpu;
  return cpu.quota ? { ...cpu, period: Number(period) } : { ...cpu, quota: quota === 'max' ? -1 : Number(quota) };
}

function completeMemory(native: GroupNative, directory: string, memory: MemoryResources): MemoryResources {
  if (Boolean(memory.limit) === Boolean(memory.swap)) return memory;
  const limit = number(native, `${directory}/memory.max`);
  if (memory.swap) return limit === undefined ? memory : { ...memory, limit: int(limit) };
  // Swap that was limited together with the memory stays what both together were; `swap: 0` says that it is to be left alone.
  const swap = number(native, `${directory}/memory.swap.max`);
  const kept = memory.swap !== undefined || Number(memory.limit) === -1 || limit === undefined || swap === undefined;
  return kept ? memory : { ...memory, swap: int(limit + swap) };
}

/** undefined for `max`, and where there is no such file. */
function number(native: GroupNative, path: string): bigint | undefined {
  const text = read(native, path)?.trim();
  return text === undefined || text === 'max' ? undefined : BigInt(text);
}

function int(value: bigint): Int {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
