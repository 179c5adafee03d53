/** A container's status is derived from the kernel, never stored. */

import { freezerState } from '../cgroup/freezer.ts';
import { native } from '../host/native.ts';
import type { State } from '../spec/types.ts';
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

export function statusOf(folder: ContainerFolder, state: SavedState | undefined): State['status'] {
  if (!state || state.init_process_pid === 0) return folder.isBusy() ? 'creating' : 'stopped';
  if (!isAlive(state)) return 'stopped';
  if (freezerState(native, state.cgroup_paths) === 'frozen') return 'paused';
  return folder.isWaitingForStart() ? 'created' : 'running';
}

/** What hooks read on stdin (spec: runtime.md, State). */
export function stateForHooks(state: SavedState, status: State['status'], pid: number): string {
  const annotations = state.annotations ? { annotations: state.annotations } : {};
  const value: State = {
    ociVersion: state.oci_version,
    id: state.id,
    status,
    pid,
    bundle: state.bundle,
    ...annotations,
  };
  return JSON.stringify(value);
}
