import { isSystemError, RuntimeError } from '../errors.ts';
import type { Cgroup } from './cgroup.ts';
import { type GroupNative, readPids, removeGroup, sleep } from './files.ts';

const SIGKILL = 9;

/** Where runc looks for a container's processes on v1; the rest in case a controller is not mounted. */
const WITNESSES = ['devices', 'freezer', 'pids', 'memory', 'cpu', ''] as const;

/** The group that tells what the container's processes are; undefined when there is none. */
export function witness(paths: Readonly<Record<string, string>>): string | undefined {
  for (const name of WITNESSES) if (paths[name] !== undefined) return paths[name];
  return Object.values(paths)[0];
}

/** A group that was there before us must have no processes: they would get our limits, and die with our container. */
export function demandEmpty(native: GroupNative, directory: string): void {
  const count = readPids(native, directory, true).length;
  if (count === 0) return;
  throw new RuntimeError('FailedPrecondition', `container's cgroup is not empty: ${count} process(es) found`, {
    stage: 'cgroup',
    path: directory,
    hint: 'linux.cgroupsPath names a group that something else uses; give every container its own',
  });
}

/**
 * Runs `action` while the group is frozen where it can be, so that nothing forks away meanwhile. A group that was frozen stays so,
 * unless it is to be killed.
 */
export function whileFrozen(
  group: Pick<Cgroup, 'freeze' | 'thaw' | 'freezer'>,
  signal: number,
  action: () => void,
): void {
  const paused = signal !== SIGKILL && group.freezer() === 'frozen';
  let frozen = false;
  try {
    group.freeze();
    frozen = true;
  } catch {
    // No freezer, or not ours to use: who forks fast enough gets away.
  }
  try {
    action();
  } finally {
    if (frozen && !paused) group.thaw();
  }
}

/** Signals what is there. ESRCH is no failure. */
export function signalPids(native: GroupNative, pids: readonly number[], signal: number): void {
  for (const pid of pids) {
    try {
      native.kill(pid, signal);
    } catch (error) {
      if (!isSystemError(error, 'ESRCH')) throw error;
    }
  }
}

/**
 * SIGKILL for all of a v2 group, also those that fork meanwhile or are frozen. False when the kernel (before 5.14) or the group is not
 * there, or a rootless user may not write there.
 */
export function killGroup(native: GroupNative, directory: string): boolean {
  try {
    native.writeFile(`${directory}/cgroup.kill`, '1');
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENODEV', 'EACCES', 'EPERM', 'EROFS')) return false;
    throw error;
  }
}

/** Removes every group, each directory once, even when one fails. runc's error. */
export function removeGroups(native: GroupNative, paths: Readonly<Record<string, string>>): void {
  const left: string[] = [];
  for (const directory of new Set(Object.values(paths))) {
    try {
      removeGroup(native, directory);
    } catch {
      left.push(directory);
    }
  }
  if (left.length === 0) return;
  throw new RuntimeError('FailedPrecondition', `Failed to remove paths: ${left.join(' ')}`, {
    stage: 'cgroup',
    path: left[0],
    hint: 'processes are still in there: look into its cgroup.procs',
  });
}

/**
 * Removes what `create` made, the deepest first.
 * @returns what could not be removed, for another try once the newborn that lives in there has gone; or someone moved in
 */
export function undo(native: GroupNative, made: readonly string[]): string[] {
  const left: string[] = [];
  for (const directory of [...made].reverse()) {
    try {
      native.rmdir(directory);
    } catch {
      left.unshift(directory);
    }
  }
  return left;
}

/** Calls `attempt` until it is true. @param milliseconds how long at most. */
export function until(native: GroupNative, milliseconds: number, attempt: () => boolean): boolean {
  const end = native.now() + milliseconds * 1000;
  for (let pause = 1; ; pause = Math.min(pause * 2, 10)) {
    if (attempt()) return true;
    if (native.now() > end) return false;
    sleep(pause);
  }
}
