/** `pause` and `resume`: the container's processes frozen where they are, and let go on. Small: part of the program's first chunk. */

import { freezeGroups, thawGroups } from '../cgroup/freezer.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { statusOf } from './status.ts';

/**
 * Freezes every process of a container that runs or waits for `start`; returns when all are frozen.
 *
 * @throws RuntimeError NotFound; FailedPrecondition `container not running`, also when it is paused already (runc's rule);
 * DeadlineExceeded when the processes do not freeze within ten seconds (they are let go on then)
 */
export function pause(context: Context, id: string): void {
  const { saved, status } = look(context, id);
  if (status !== 'running' && status !== 'created') {
    const hint = status === 'paused' ? 'it is paused already' : undefined;
    throw new RuntimeError('FailedPrecondition', 'container not running', { hint });
  }
  withRights(() => freezeGroups(native, saved.cgroup_paths));
}

/** @throws RuntimeError NotFound; FailedPrecondition `container not paused` */
export function resume(context: Context, id: string): void {
  const { saved, status } = look(context, id);
  if (status !== 'paused') throw new RuntimeError('FailedPrecondition', 'container not paused');
  withRights(() => thawGroups(native, saved.cgroup_paths));
}

function look(context: Context, id: string): { saved: SavedState; status: ReturnType<typeof statusOf> } {
  const folder = new ContainerFolder(context, id);
  const saved = folder.mustLoad();
  folder.demandOurs();
  return { saved, status: statusOf(folder, saved) };
}

/** What a user without rights to the groups should know; runc says it in a line of its own. */
function withRights(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    const { message, syscall, code: errno, path } = error;
    const hint = 'the failure might be caused by lack of full access to cgroups';
    throw new RuntimeError('PermissionDenied', message, { stage: 'cgroup', syscall, errno, path, hint }, error);
  }
}
