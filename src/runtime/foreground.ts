/** A process in the foreground, of `run` and `exec`. */

import { native } from '../host/native.ts';
import type { Context } from './context.ts';
import type { NotifySocket } from './notify-socket.ts';
import { readable } from './sync.ts';

/** A shell's convention: 128 and the signal. */
const SIGNALLED = 128;

/**
 * Hands signals and the terminal on until the process has ended.
 *
 * @param born `master` is -1 without a terminal
 * @param notify what the process says of its readiness; the service manager goes on watching us
 * @returns its exit code, 128 + N when a signal ended it
 */
export async function foreground(
  context: Context,
  { pid, pidfd, master }: { readonly pid: number; readonly pidfd: number; readonly master: number },
  subreaper: boolean,
  notify?: NotifySocket,
): Promise<number> {
  if (!context.blocking) await ended(pidfd, notify);
  const watched = notify && { descriptor: notify.descriptor, onReadable: () => advance(context, notify) };
  const status = native.supervise({ pid, pidfd, master, subreaper, watched });
  return status.signal === undefined ? (status.code ?? 0) : SIGNALLED + status.signal;
}

/** Without holding the event loop up. */
async function ended(pidfd: number, notify: NotifySocket | undefined): Promise<void> {
  let alive = true;
  const told = notify?.wait(process.pid, () => alive);
  await readable(pidfd);
  alive = false;
  await told;
}

/** @returns whether there is more to wait for */
function advance(context: Context, notify: NotifySocket): boolean {
  try {
    return !notify.advance(process.pid, 0);
  } catch (error) {
    context.log.warn(`notify: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
