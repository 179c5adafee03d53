/** A process in the foreground, of `run` and `exec`. */

import { native } from '../host/native.ts';
import type { Context } from './context.ts';
import { readable } from './sync.ts';

/** A shell's convention: 128 and the signal. */
const SIGNALLED = 128;

/**
 * Hands signals and the terminal on until the process has ended.
 *
 * @param born `master` is -1 without a terminal
 * @returns its exit code, 128 + N when a signal ended it
 */
export async function foreground(
  context: Context,
  { pid, pidfd, master }: { readonly pid: number; readonly pidfd: number; readonly master: number },
  subreaper: boolean,
): Promise<number> {
  if (!context.blocking) await readable(pidfd);
  const status = native.supervise({ pid, pidfd, master, subreaper });
  return status.signal === undefined ? (status.code ?? 0) : SIGNALLED + status.signal;
}
