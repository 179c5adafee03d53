/** What a container that exists has: its cgroups, its first process. */

import { type Cgroup, existingCgroup } from '../cgroup/cgroup.ts';
import { native } from '../host/native.ts';
import type { SavedState } from './container.ts';
import { inUserNamespace } from './probe.ts';

/** The groups that state.json recorded. */
export async function existingGroups(state: SavedState): Promise<Cgroup> {
  return existingCgroup(native, state.cgroup_paths, { rootless: state.rootless, userNamespace: inUserNamespace() });
}
