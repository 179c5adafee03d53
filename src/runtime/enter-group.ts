/** Moves the calling program into a group that exists: a shim that is to be accounted apart from its containers. */

import { findHierarchies } from '../cgroup/host.ts';
import { cleanPath, UNIFIED } from '../cgroup/location.ts';
import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';

/** Of the writer; a number would be one of the writer's pid namespace too. */
const MYSELF = '0';

/**
 * @param group a path from the top of the hierarchies. Those of v1 that do not have it are left alone, as containerd does.
 * @throws RuntimeError NotFound when none has it
 * @throws SystemError when one does not take the process
 */
export function enterGroup(group: string): void {
  const path = cleanPath(`/${group}`);
  const host = findHierarchies(native);
  const points = host.version === 2 ? [UNIFIED] : [...host.mounts.values()].map(({ point }) => point);
  const folders = points
    .map((point) => `${point}${path}`)
    .filter((folder) => native.stat(folder)?.kind === 'directory');
  if (folders.length === 0) throw new RuntimeError('NotFound', 'cgroup deleted', { stage: 'cgroup', path });
  for (const folder of new Set(folders)) native.writeFile(`${folder}/cgroup.procs`, MYSELF);
}
