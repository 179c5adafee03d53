/** A container's status is derived from the kernel, never stored. */

import { freezerState } from '../cgroup/freezer.ts';
import { isSystemError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { State } from '../spec/types.ts';
import { OCI_VERSION } from '../spec/version.ts';
import type { ContainerFolder, SavedState } from './container.ts';

/** Index of the start time behind the command's name in /proc/pid/stat (proc_pid_stat(5), field 22). */
const START_TIME = 19;

/** State letter and start time of a process; undefined when it is gone. */
export function processFacts(pid: number): { state: string; start: string } | undefined {
  const stat = native.readProcess(pid, 'stat');
  if (stat === undefined) return undefined;
  // The command's name may hold anything, blanks and brackets too: count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? 'X', start: fields[START_TIME] ?? '' };
}

/** True when the first process of the container still runs, and is not another one with its pid. */
export function isAlive(state: SavedState): boolean {
  if (state.init_process_pid === 0) return false;
  const facts = processFacts(state.init_process_pid);
  return facts !== undefined && facts.start === state.init_process_start && facts.state !== 'Z' && facts.state !== 'X';
}

/**
 * A pidfd of the container's first process, checked after it was opened: its pid cannot have become another process's.
 *
 * @returns undefined when it has gone
 */
export function openInit(state: SavedState): number | undefined {
  if (state.init_process_pid === 0) return undefined;
  let pidfd = -1;
  try {
    pidfd = native.pidfdOpen(state.init_process_pid);
    if (isAlive(state)) return pidfd;
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
  if (pidfd >= 0) native.close(pidfd);
  return undefined;
}

export function statusOf(folder: ContainerFolder, state: SavedState | undefined): State['status'] {
  if (!state || state.init_process_pid === 0) return folder.isBusy() ? 'creating' : 'stopped';
  if (!isAlive(state)) return 'stopped';
  if (freezerState(native, state.cgroup_paths) === 'frozen') return 'paused';
  return folder.isWaitingForStart() ? 'created' : 'running';
}

/** The document of a container's state (spec: runtime.md, State), for hooks and seccomp agents. */
export function stateDocument(state: SavedState, status: State['status'], pid: number): State {
  const annotations = state.annotations ? { annotations: state.annotations } : {};
  return {
    ociVersion: OCI_VERSION,
    id: state.id,
    status,
    pid,
    bundle: state.bundle,
    ...annotations,
  };
}

/** What hooks read on stdin. */
export function stateForHooks(state: SavedState, status: State['status'], pid: number): string {
  return JSON.stringify(stateDocument(state, status, pid));
}
