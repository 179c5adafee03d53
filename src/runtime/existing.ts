/** What a container that exists has: its cgroups, its first process. */

import { type Cgroup, existingCgroup } from '../cgroup/cgroup.ts';
import { native } from '../host/native.ts';
import type { SavedState } from './container.ts';
import { inUserNamespace } from './probe.ts';

/** The groups that state.json recorded. */
export async function existingGroups(state: SavedState): Promise<Cgroup> {
  const { systemd_unit: unit, cgroup_paths: paths, rootless } = state;
  const request = { rootless, userNamespace: inUserNamespace() };
  if (unit !== undefined) return (await import('../cgroup/systemd/open.ts')).existingUnit(native, unit, paths, request);
  return existingCgroup(native, paths, request);
}
