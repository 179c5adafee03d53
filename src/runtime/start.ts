/** `start`: lets a created container execute its process (spec: runtime.md, Start). */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { initFailure } from './failure.ts';
import { runHooks } from './hooks.ts';
import type { NotifySocket } from './notify-socket.ts';
import { isAlive, stateForHooks, statusOf } from './status.ts';
import { decodeMessage, readable } from './sync.ts';

const RECORD_SIZE = 8192;
const O_NONBLOCK = 0o4000;
const PATIENCE_MS = 200;

/**
 * Returns once the process was really executed: hoist-init keeps the fifo open until execve, so the end of the file is the proof,
 * and a failure comes back through it. With a service manager it returns once that has heard from the container that it is ready, or the
 * container has ended.
 *
 * @param manager NOTIFY_SOCKET, for a container that was created with one
 * @throws RuntimeError NotFound, FailedPrecondition (runc's words)
 */
export async function start(context: Context, id: string, manager?: string): Promise<void> {
  const folder = new ContainerFolder(context, id);
  const state = folder.mustLoad();
  folder.demandOurs();
  let notify: NotifySocket | undefined;
  try {
    await whileLocked(context, folder, state, async () => {
      if (manager !== undefined) notify = await openNotify(context, folder, manager);
      await release(context, folder, state);
    });
    await notify?.wait(state.init_process_pid, () => isAlive(state));
  } finally {
    notify?.close();
  }
}

async function whileLocked(
  context: Context,
  folder: ContainerFolder,
  state: SavedState,
  letGo: () => Promise<void>,
): Promise<void> {
  const lock = folder.lock(true);
  try {
    checkCreated(folder, state);
    await letGo();
    const { poststart = [] } = state.hooks ?? {};
    await runHooks(
      context,
      'poststart',
      poststart,
      stateForHooks(state, 'running', state.init_process_pid),
      state.bundle,
      state.annotations,
    );
  } catch (error) {
    if (error instanceof RuntimeError && error.detail.stage === 'hook')
      await (await import('./delete.ts')).remove(context, { id: state.id, force: true });
    throw error;
  } finally {
    if (lock !== undefined) native.close(lock);
  }
}

/** @throws RuntimeError when nobody manages: before the process is let go */
async function openNotify(context: Context, folder: ContainerFolder, manager: string) {
  if (native.lstat(folder.notify) === undefined) {
    context.log.warn('NOTIFY_SOCKET was not set when the container was created: it cannot say that it is ready');
    return undefined;
  }
  const { NotifySocket } = await import('./notify-socket.ts');
  const notify = new NotifySocket(context, manager);
  notify.listen(folder);
  return notify;
}

function checkCreated(folder: ContainerFolder, state: SavedState): void {
  const status = statusOf(folder, state);
  if (status === 'created') return;
  if (status === 'stopped') throw stopped();
  if (status === 'creating')
    throw new RuntimeError('FailedPrecondition', 'cannot start a container that is still being created');
  if (status === 'paused') {
    const hint = '`hoist resume` lets it go on';
    throw new RuntimeError('FailedPrecondition', 'cannot start a container in the paused state', { hint });
  }
  throw new RuntimeError('FailedPrecondition', 'cannot start an already running container');
}

async function release(context: Context, folder: ContainerFolder, state: SavedState): Promise<void> {
  const descriptor = openFifo(folder);
  try {
    if ((await waitForInit(context, descriptor, state)) === undefined) throw stopped();
    native.unlink(folder.fifo);
    // Its hooks may take as long as they like.
    if (!context.blocking) await readable(descriptor);
    const record = native.read(descriptor, RECORD_SIZE, -1);
    if (record !== undefined) throw startFailure(record, state);
  } finally {
    native.close(descriptor);
  }
}

/** Opening wakes hoist-init, which blocks on its end of the fifo; O_NONBLOCK so that we do not block when it is gone. */
function openFifo(folder: ContainerFolder): number {
  try {
    return native.open(folder.fifo, O_NONBLOCK);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new RuntimeError('FailedPrecondition', 'cannot start an already running container', {}, error);
  }
}

/** hoist-init's byte; undefined when it dies instead. Right after `create` it may not have come to the fifo yet. */
async function waitForInit(context: Context, descriptor: number, state: SavedState): Promise<Uint8Array | undefined> {
  for (;;) {
    if (!context.blocking) await readable(descriptor, PATIENCE_MS);
    try {
      return native.read(descriptor, 1, context.blocking ? PATIENCE_MS : 0);
    } catch (error) {
      if (!isSystemError(error, 'ETIMEDOUT')) throw error;
      if (!isAlive(state)) return undefined;
    }
  }
}

function startFailure(record: Uint8Array, state: SavedState): RuntimeError {
  const message = decodeMessage(record, []);
  const { first = 0, operations = [] } = state.after_start ?? {};
  return initFailure({ ...message, op: message.op - first }, operations);
}

function stopped(): RuntimeError {
  return new RuntimeError('FailedPrecondition', 'cannot start a container that has stopped');
}
