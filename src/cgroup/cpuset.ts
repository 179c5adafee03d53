import { RuntimeError } from '../errors.ts';
import type { CpuResources } from '../spec/types.ts';
import type { GroupNative } from './files.ts';

/**
 * Gives cpuset groups of v1 their processors and memory nodes: a new one has none, and takes no process (ENOSPC) before it does.
 * What config.json does not set is the parent's.
 *
 * @param groups the groups that were just made, the highest first, or the container's group alone when it was there.
 */
export function fillCpuset(native: GroupNative, groups: readonly string[], cpu: CpuResources): void {
  for (const group of groups) {
    const last = group === groups[groups.length - 1];
    fill(native, group, 'cpuset.cpus', last ? cpu.cpus : undefined);
    fill(native, group, 'cpuset.mems', last ? cpu.mems : undefined);
  }
}

function fill(native: GroupNative, group: string, file: string, wanted: string | undefined): void {
  native.writeFile(`${group}/${file}`, wanted || inherited(native, group, file));
}

/** The nearest value above. Groups between may be empty too: then they are filled on the way. */
function inherited(native: GroupNative, group: string, file: string): string {
  const parent = group.slice(0, group.lastIndexOf('/'));
  const value = native.readFile(`${parent}/${file}`).trim();
  if (value !== '') return value;
  if (parent === '')
    throw new RuntimeError('FailedPrecondition', `no group above ${group} has a ${file}`, { stage: 'cgroup' });
  const above = inherited(native, parent, file);
  native.writeFile(`${parent}/${file}`, above);
  return above;
}
