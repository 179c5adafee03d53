import type { CpuResources, MemoryResources, Resources } from '../../spec/types.ts';
import { ioWeightFromBlkio, swapMaximum, weightFromShares } from '../convert.ts';
import { cpuQuota, cpusets, tasks, withQuota } from './limits.ts';
import type { UnitLimits } from './limits-v1.ts';
import { big, type Property } from './property.ts';
import { IDLE_SINCE, unifiedProperties } from './unified.ts';

/**
 * The limits that systemd knows of on cgroup v2, `unified` too; the others are written to the group alone.
 *
 * @throws RuntimeError InvalidArgument for values that cannot be
 * Source: runc's systemd driver, systemd.resource-control(5), org.freedesktop.systemd1(5).
 */
export function limitsV2(resources: Resources, systemd: number): UnitLimits {
  const { memory, cpu = {}, blockIO, pids, unified = {} } = resources;
  const warnings: string[] = [];
  const properties = memory === undefined ? [] : memoryProperties(memory);
  properties.push(...weight(cpu, systemd, warnings));
  const { properties: quota, quota: rounded } = cpuQuota(cpu.quota ?? 0, cpu.period ?? 0, systemd);
  properties.push(...quota);
  if (blockIO?.weight) properties.push(big('IOWeight', ioWeightFromBlkio(blockIO.weight)));
  if (pids?.limit !== undefined) properties.push(tasks(pids.limit));
  properties.push(...cpusets(cpu, systemd), ...unifiedProperties(unified, systemd, warnings));
  return { properties, resources: cpu.quota ? withQuota(resources, rounded) : resources, warnings };
}

function memoryProperties({ limit, reservation, swap }: MemoryResources): Property[] {
  const properties: Property[] = [];
  if (limit) properties.push(big('MemoryMax', limit));
  if (reservation) properties.push(big('MemoryLow', reservation));
  const maximum = swapMaximum(swap, limit);
  if (maximum !== undefined) properties.push(big('MemorySwapMax', maximum === 'max' ? -1 : BigInt(maximum)));
  return properties;
}

/** A weight of 0 is what systemd calls cpu.idle. */
function weight(cpu: CpuResources, systemd: number, warnings: string[]): Property[] {
  const idle = Number(cpu.idle ?? 0) === 1 && systemd >= IDLE_SINCE;
  const shares = weightFromShares(cpu.shares ?? 0);
  if (idle && shares !== 0) warnings.push('unable to apply both CPUWeight and CpuIdle to systemd, ignoring CPUWeight');
  if (idle) return [big('CPUWeight', 0)];
  return shares === 0 ? [] : [big('CPUWeight', shares)];
}
