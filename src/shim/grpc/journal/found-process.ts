/** A process that a predecessor has written down: whether it is still there. */

import { isSystemError } from '../../../errors.ts';
import { native } from '../../../host/native.ts';
import { processFacts } from '../../../runtime/status.ts';

/**
 * A pidfd, checked after it was opened: its pid cannot have become another process's. One that has ended and that nobody has reaped yet is
 * still there: how it ended can be asked.
 *
 * @param start as in /proc/pid/stat, field 22
 * @returns undefined when it has gone
 */
export function openProcess(pid: number, start: string): number | undefined {
  let pidfd = -1;
  try {
    pidfd = native.pidfdOpen(pid);
    if (processFacts(pid)?.start === start) return pidfd;
  } catch (error) {
    // EINVAL: the pid of a thread by now.
    if (!isSystemError(error, 'ESRCH', 'EINVAL')) throw error;
  }
  if (pidfd >= 0) native.close(pidfd);
  return undefined;
}
