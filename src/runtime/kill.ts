/** `kill`: a signal for the container's first process, or for all of them (spec: runtime.md, Kill). */

import { thawGroups } from '../cgroup/freezer.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { isAlive, openInit } from './status.ts';

const SIGKILL = 9;

export interface KillRequest {
  readonly id: string;
  readonly signal: number;
  /** Every process of the container; not an error when there is none. */
  readonly all: boolean;
}

/** @throws RuntimeError NotFound, FailedPrecondition `container not running` */
export async function kill(context: Context, { id, signal, all }: KillRequest): Promise<void> {
  const folder = new ContainerFolder(context, id);
  const saved = folder.mustLoad();
  folder.demandOurs();
  // Without a pid namespace of its own the processes outlive the first one: SIGKILL is meant for all (runc, spec).
  if (all || (signal === SIGKILL && saved.shares_pid_namespace)) return await killAll(saved, signal, all);
  if (!signalInit(saved, signal)) throw new RuntimeError('FailedPrecondition', 'container not running');
  // cgroup v1: a frozen process dies of nothing before it is thawed.
  if (signal === SIGKILL) thawGroups(native, saved.cgroup_paths);
}

async function killAll(saved: SavedState, signal: number, all: boolean): Promise<void> {
  // Loaded when it is needed: a signal for the first process needs no groups.
  const groups = await (await import('./existing.ts')).existingGroups(saved);
  const running = isAlive(saved);
  const members = groups.pids();
  if (!running && !all && members.length === 0) throw new RuntimeError('FailedPrecondition', 'container not running');
  groups.signalAll(signal);
  // A container without cgroups (rootless) has at least its first process.
  if (running && !members.includes(saved.init_process_pid)) signalInit(saved, signal);
  if (signal === SIGKILL) groups.thaw();
}

/** False when the process has gone. */
function signalInit(saved: SavedState, signal: number): boolean {
  const pidfd = openInit(saved);
  if (pidfd === undefined) return false;
  try {
    native.pidfdSignal(pidfd, signal);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return false;
    throw error;
  } finally {
    native.close(pidfd);
  }
}
