import { RuntimeError } from '../../errors.ts';
import type { CpuResources, Int, Resources } from '../../spec/types.ts';
import { bitMask } from './cpuset.ts';
import { big, INFINITE, type Property } from './property.ts';

/** Which version of systemd learned a property. */
const SINCE = { period: 242, cpuset: 244 } as const;
/** The kernel's, in microseconds (sched-bwc.rst). */
const DEFAULT_PERIOD = 100_000n;
const SECOND = 1_000_000n;
/** systemd counts quotas in percent of a processor: 10 ms of each second. */
const PERCENT = 10_000n;

/**
 * CPUQuotaPerSecUSec and CPUQuotaPeriodUSec.
 *
 * systemd writes whole percents only, so the quota is rounded up to one; the group gets the rounded quota too, or a container's own
 * groups could not have what was promised (runc's rule).
 *
 * @param quota microseconds, 0 is not set, negative is no limit
 * @param period microseconds, 0 is not set
 * @returns the properties, and the quota to write
 */
export function cpuQuota(quota: Int, period: Int, systemd: number): { properties: Property[]; quota: Int } {
  const properties: Property[] = [];
  if (period && systemd >= SINCE.period) properties.push(big('CPUQuotaPeriodUSec', period));
  if (!quota && !period) return { properties, quota };
  if (!quota || quota < 0) return { properties: [...properties, big('CPUQuotaPerSecUSec', INFINITE)], quota };
  const each = period ? BigInt(period) : DEFAULT_PERIOD;
  const exact = (BigInt(quota) * SECOND) / each;
  const perSecond = exact % PERCENT === 0n ? exact : (exact / PERCENT + 1n) * PERCENT;
  properties.push(big('CPUQuotaPerSecUSec', perSecond));
  return { properties, quota: perSecond === exact ? quota : (perSecond * each) / SECOND };
}

/** AllowedCPUs or AllowedMemoryNodes; an older systemd has none, and the limit is written to the group alone. */
export function allowed(
  name: 'AllowedCPUs' | 'AllowedMemoryNodes',
  list: string | undefined,
  what: string,
  systemd: number,
): Property[] {
  if (!list || systemd < SINCE.cpuset) return [];
  try {
    return [[name, ['ay', bitMask(list)]]];
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const text = `${what}=${JSON.stringify(list)} conversion error: ${words}`;
    throw new RuntimeError('InvalidArgument', text, { stage: 'cgroup' }, error);
  }
}

export function cpusets(cpu: CpuResources, systemd: number): Property[] {
  return [
    ...allowed('AllowedCPUs', cpu.cpus, 'resources.CPU.Cpus', systemd),
    ...allowed('AllowedMemoryNodes', cpu.mems, 'resources.CPU.Mems', systemd),
  ];
}

/** TasksMax, for which systemd refuses 0. */
export function tasks(limit: Int): Property {
  return big('TasksMax', limit < 0 ? -1 : Number(limit) === 0 ? 1 : limit);
}

/** The resources with the quota that is to be written. */
export function withQuota(resources: Resources, quota: Int): Resources {
  return quota === resources.cpu?.quota ? resources : { ...resources, cpu: { ...resources.cpu, quota } };
}
