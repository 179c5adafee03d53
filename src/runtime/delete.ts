/** `delete`: removes what a stopped container holds (spec: runtime.md, Delete). */

import type { Cgroup } from '../cgroup/cgroup.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { existingGroups } from './existing.ts';
import { runHooks } from './hooks.ts';
import { isAlive, openInit, stateForHooks, statusOf } from './status.ts';
import { readable } from './sync.ts';

const SIGKILL = 9;
const PATIENCE_MS = 10_000;
const POLL_MS = 100;

export interface RemoveRequest {
  readonly id: string;
  /** Kill what still runs; a container that does not exist is fine. */
  readonly force: boolean;
}

/**
 * @throws RuntimeError NotFound; FailedPrecondition `cannot delete container X that is not stopped: running`
 */
export async function remove(context: Context, { id, force }: RemoveRequest): Promise<void> {
  const folder = new ContainerFolder(context, id);
  let state: SavedState | undefined;
  try {
    state = folder.load();
  } catch (error) {
    if (force && error instanceof RuntimeError && error.code === 'NotFound') return;
    throw error;
  }
  // A folder without a state is what a `create` that was killed at its first step leaves.
  if (!state) {
    if (folder.isBusy() && !force) throw notStopped(id, 'creating');
    return folder.remove();
  }
  folder.demandOurs();
  const groups = await existingGroups(state);
  const status = statusOf(folder, state);
  if (!force && status !== 'stopped' && status !== 'created') throw notStopped(id, status);
  if (status !== 'stopped') await killProcess(context, state, groups);
  await destroy(context, folder, state, groups);
}

/**
 * Ends what is left in the groups, removes groups and folder, then runs poststop hooks (whose failures are only logged).
 */
export async function destroy(
  context: Context,
  folder: ContainerFolder,
  state: SavedState,
  groups: Cgroup,
): Promise<void> {
  // Without a pid namespace of its own the end of the first process ends nobody else.
  if (state.shares_pid_namespace || state.init_process_pid === 0) endStragglers(groups);
  groups.destroy();
  if (state.intel_rdt) (await import('../cgroup/resctrl.ts')).leave(native, state.intel_rdt);
  folder.remove();
  for (const hook of state.hooks?.poststop ?? []) {
    try {
      const document = stateForHooks(state, 'stopped', 0);
      await runHooks(context, 'poststop', [hook], document, state.bundle, state.annotations);
    } catch (error) {
      context.log.warn(error instanceof Error ? error.message : String(error));
    }
  }
}

function notStopped(id: string, status: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', `cannot delete container ${id} that is not stopped: ${status}`, {
    hint: 'stop it first (`kill`), or use --force',
  });
}

async function killProcess(context: Context, state: SavedState, groups: Cgroup): Promise<void> {
  const pidfd = openInit(state);
  if (pidfd === undefined) return;
  try {
    native.pidfdSignal(pidfd, SIGKILL);
    groups.thaw();
    await waitUntilGone(context, pidfd, state);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  } finally {
    native.close(pidfd);
  }
}

async function waitUntilGone(context: Context, pidfd: number, state: SavedState): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    if (await isReadable(context, pidfd)) return;
    if (!isAlive(state)) return;
  }
  throw new RuntimeError('DeadlineExceeded', 'container init still running', {
    hint: 'the process does not die of SIGKILL: it may be waiting for a device or a network file system (state D in `ps`)',
  });
}

/**
 * A pidfd turns readable when its process ends. In a library the event loop goes on meanwhile: a pid namespace ends only when
 * whoever has put a process into it has waited for that, and that may be the program we are in.
 */
async function isReadable(context: Context, pidfd: number): Promise<boolean> {
  if (!context.blocking) return await readable(pidfd, POLL_MS);
  try {
    native.read(pidfd, 1, POLL_MS);
  } catch (error) {
    // Reading from it fails, which is of no interest.
    return !isSystemError(error, 'ETIMEDOUT');
  }
  return true;
}

function endStragglers(groups: Cgroup): void {
  groups.signalAll(SIGKILL);
  groups.thaw();
}
