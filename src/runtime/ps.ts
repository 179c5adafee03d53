/** `ps`: the processes of a container, found through its cgroup. */

import { readPids } from '../cgroup/files.ts';
import { witness } from '../cgroup/processes.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';
import { isAlive } from './status.ts';

/**
 * The pids of a container in the caller's pid namespace, those in groups that were made below the container's included, and those
 * of a paused container. Empty when it has stopped.
 *
 * @throws RuntimeError NotFound; FailedPrecondition for a container without cgroups: nothing tells which processes are its own
 */
export function processes(context: Context, id: string): number[] {
  const saved = new ContainerFolder(context, id).mustLoad();
  const group = witness(saved.cgroup_paths);
  if (group === undefined) {
    throw new RuntimeError(
      'FailedPrecondition',
      'unable to get all container pids: cgroups not configured for container',
      {
        stage: 'cgroup',
        hint: 'a rootless container has a cgroup only where one is delegated to the user (cgroup v2, systemd: Delegate=yes)',
      },
    );
  }
  try {
    const pids = readPids(native, group, true);
    // Gone is the group of a container that has stopped; else somebody has moved its processes away.
    if (pids.length > 0 || !isAlive(saved)) return pids;
    native.readFile(`${group}/cgroup.procs`);
    return pids;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { syscall, code: errno, path } = error;
    const detail = { stage: 'cgroup', syscall, errno, path };
    throw new RuntimeError('Internal', `unable to get all container pids: ${error.message}`, detail, error);
  }
}
