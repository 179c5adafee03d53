import type { Spec } from '../spec/types.ts';
import { cleanPath } from './location.ts';

/**
 * Who is to own a container's group on cgroup v2, so that what runs inside (systemd, another runtime) can make groups below it: the
 * container's user, when it has a cgroup namespace of its own and its cgroups mounted for writing.
 *
 * @returns the uid on the host; undefined when the group stays ours. runc's rule.
 */
export function cgroupOwner(spec: Spec): number | undefined {
  const { namespaces = [], uidMappings = [] } = spec.linux ?? {};
  let cgroup = false;
  let user = false;
  for (const { type, path } of namespaces) {
    if (type === 'cgroup' && !path) cgroup = true;
    if (type === 'user') user = true;
  }
  if (!cgroup) return undefined;
  const mount = spec.mounts?.find((one) => one.source === 'cgroup' && cleanPath(one.destination) === '/sys/fs/cgroup');
  if (mount === undefined || mount.options?.includes('ro')) return undefined;
  const uid = spec.process?.user?.uid ?? 0;
  if (!user) return uid;
  const range = uidMappings.find(({ containerID, size }) => uid >= containerID && uid - containerID < size);
  return range === undefined ? undefined : range.hostID + (uid - range.containerID);
}
