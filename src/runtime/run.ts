/** `run`: create and start in one process, in the foreground or detached. */

import { native } from '../host/native.ts';
import type { Bundle } from './bundle.ts';
import type { Context } from './context.ts';
import { birthRequest, type CreateRequest, openBundle } from './create.ts';
import { destroy } from './delete.ts';
import { foreground } from './foreground.ts';
import { runHooks } from './hooks.ts';
import { Birth, type Born } from './launch.ts';
import type { NotifySocket } from './notify-socket.ts';
import { isAlive, stateForHooks } from './status.ts';

const SIGKILL = 9;

export interface RunRequest extends CreateRequest {
  readonly detach: boolean;
  /** Leave the container's state there after it ended. */
  readonly keep: boolean;
  readonly noSubreaper: boolean;
}

/**
 * @returns the exit code of the process, 128 + N when a signal ended it; 0 when detached
 * @throws RuntimeError; nothing is left behind then
 */
export async function run(context: Context, request: RunRequest): Promise<number> {
  context.log.hold();
  try {
    return await runHeld(context, request);
  } finally {
    context.log.release();
  }
}

/** Its warnings wait until a process has been born. */
async function runHeld(context: Context, request: RunRequest): Promise<number> {
  const bundle = await openBundle(context, request, request.detach);
  const subreaper = !request.detach && !request.noSubreaper;
  if (subreaper) native.setSubreaper(true);
  // Only in the program: a library's own handlers are not ours to take before there is anything to pass signals on to.
  if (!request.detach && context.blocking) native.holdSignals(subreaper);
  const notify = request.notifySocket === undefined ? undefined : await openNotify(context, request.notifySocket);
  try {
    return await runHeard(context, request, bundle, subreaper, notify);
  } finally {
    notify?.close();
  }
}

async function runHeard(
  context: Context,
  request: RunRequest,
  bundle: Bundle,
  subreaper: boolean,
  notify: NotifySocket | undefined,
): Promise<number> {
  const asked = birthRequest(context, request, false);
  const onReady = (born: Born) => {
    asked.onReady(born);
    notify?.listen(born.folder);
  };
  const birth = await Birth.prepare(context, bundle, { ...asked, onReady });
  const born = await birth.ready();
  try {
    await begin(context, bundle, birth, born);
    if (request.detach) {
      await notify?.wait(born.pid, () => isAlive(born.state));
      return 0;
    }
    context.trace?.step('process');
    const code = await foreground(context, born, subreaper, notify);
    context.trace?.step('destroy');
    if (!request.keep) await destroy(context, born.folder, born.state, born.cgroup);
    return code;
  } finally {
    native.close(born.pidfd);
  }
}

/** A container runs without somebody to hear from it, as in runc. */
async function openNotify(context: Context, manager: string): Promise<NotifySocket | undefined> {
  const { NotifySocket } = await import('./notify-socket.ts');
  try {
    return new NotifySocket(context, manager);
  } catch (error) {
    context.log.warn(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function begin(context: Context, bundle: Bundle, birth: Birth, born: Born): Promise<void> {
  try {
    await birth.released();
    const { hooks: { poststart = [] } = {}, annotations } = bundle.spec;
    const state = stateForHooks(born.state, 'running', born.pid);
    await runHooks(context, 'poststart', poststart, state, bundle.path, annotations);
  } catch (error) {
    end(born);
    await destroy(context, born.folder, born.state, born.cgroup);
    throw error;
  }
}

function end(born: Born): void {
  try {
    native.pidfdSignal(born.pidfd, SIGKILL);
  } finally {
    native.waitProcess(born.pidfd, -1);
  }
}
