import type { Resources } from '../../spec/types.ts';
import { cpuQuota, cpusets, tasks, withQuota } from './limits.ts';
import { big, type Property } from './property.ts';

/** Limits as a unit's properties, and what is then to be written to the groups. */
export interface UnitLimits {
  readonly properties: readonly Property[];
  readonly resources: Resources;
  readonly warnings: readonly string[];
}

/** The limits that systemd knows of on cgroup v1; the others are written to the groups alone. Source: runc's systemd driver. */
export function limitsV1(resources: Resources, systemd: number): UnitLimits {
  const { memory, cpu = {}, blockIO, pids } = resources;
  const properties: Property[] = [];
  if (memory?.limit) properties.push(big('MemoryLimit', memory.limit));
  if (cpu.shares) properties.push(big('CPUShares', cpu.shares));
  const { properties: quota, quota: rounded } = cpuQuota(cpu.quota ?? 0, cpu.period ?? 0, systemd);
  properties.push(...quota);
  if (blockIO?.weight) properties.push(big('BlockIOWeight', blockIO.weight));
  if (pids?.limit !== undefined) properties.push(tasks(pids.limit));
  properties.push(...cpusets(cpu, systemd));
  return { properties, resources: cpu.quota ? withQuota(resources, rounded) : resources, warnings: [] };
}
