/** `restore`: criu makes a container's processes again from the files of a `checkpoint`. */

import { native } from '../host/native.ts';
import { loadBundle } from './bundle.ts';
import type { Context } from './context.ts';
import type { Created } from './create.ts';
import { Restoration, type RestoreRequest } from './criu/restoration.ts';
import { refuseRootless } from './criu/rootless.ts';
import { destroy } from './delete.ts';
import { foreground } from './foreground.ts';
import { checkConsole } from './hand-out.ts';

export type { RestoreRequest } from './criu/restoration.ts';

/**
 * Restores for a caller that stays with the process and may serve its terminal (`keepsTerminal`). It is our child, and runs.
 * @returns descriptors that are the caller's to close
 * @throws RuntimeError; nothing is left behind then
 */
export async function restoreAttended(
  context: Context,
  request: Omit<RestoreRequest, 'detach' | 'noSubreaper'>,
): Promise<Created> {
  refuseRootless('restore');
  const bundle = loadBundle(context, request.bundle);
  const asked = { ...request, detach: true, noSubreaper: true };
  const { pid, pidfd, master, state } = await (await Restoration.prepare(context, bundle, asked)).perform();
  return { pid, pidfd, master, sharesPidNamespace: state.shares_pid_namespace };
}

/**
 * @returns the exit code of the container's process, 128 + N when a signal ended it; 0 when detached
 * @throws RuntimeError; nothing is left behind then
 */
export async function restore(context: Context, request: RestoreRequest): Promise<number> {
  refuseRootless('restore');
  const bundle = loadBundle(context, request.bundle);
  checkConsole(bundle.spec.process?.terminal === true, request.consoleSocket, request.detach);
  const subreaper = !request.detach && !request.noSubreaper;
  if (subreaper) native.setSubreaper(true);
  if (!request.detach && context.blocking) native.holdSignals(subreaper);
  const restoration = await Restoration.prepare(context, bundle, request);
  const restored = await restoration.perform();
  try {
    if (request.detach) return 0;
    const code = await foreground(context, restored, subreaper);
    await destroy(context, restored.folder, restored.state, restored.cgroup);
    return code;
  } finally {
    native.close(restored.pidfd);
    if (restored.master >= 0) native.close(restored.master);
  }
}
