/** What this machine is: the facts that a plan depends on, read once. */

import { findHierarchies } from '../cgroup/host.ts';
import type { Hierarchies } from '../cgroup/location.ts';
import { native } from '../host/native.ts';
import type { Hierarchy, Host } from '../plan/plan.ts';
import { probeLabels } from './probe-labels.ts';

/** /proc/self/uid_map of the initial user namespace, as the kernel prints it. */
const WHOLE_RANGE = '         0          0 4294967295\n';

export function probeHost(groups: Hierarchies | undefined): Host {
  const { euid, egid } = native.ids();
  return {
    euid,
    egid,
    inUserNamespace: inUserNamespace(),
    cgroup: groups === undefined ? 'none' : groups.version === 2 ? 'unified' : 'legacy',
    hierarchies: groups === undefined ? [] : hierarchies(groups),
    kcore: native.lstat('/proc/kcore') !== undefined,
    ...probeLabels(),
  };
}

/** undefined on a host without cgroups. */
export function probeCgroups(): Hierarchies | undefined {
  const groups = findHierarchies(native);
  return groups.version === 1 && groups.mounts.size === 0 ? undefined : groups;
}

/** Whether this process is in a user namespace other than the first. */
export function inUserNamespace(): boolean {
  return native.readFile('/proc/self/uid_map') !== WHOLE_RANGE;
}

/** Controllers that share a mount together, in the order of the host. */
function hierarchies(groups: Hierarchies): Hierarchy[] {
  const byPoint = new Map<string, string[]>();
  for (const [controller, { point }] of groups.mounts) {
    const controllers = byPoint.get(point) ?? [];
    if (controller !== '') controllers.push(controller);
    byPoint.set(point, controllers);
  }
  const result: Hierarchy[] = [];
  for (const [mountPoint, controllers] of byPoint) result.push({ mountPoint, controllers });
  return result;
}
