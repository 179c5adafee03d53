/**
 * How a process ended that is not our child, but was that of a predecessor of ours. Two can tell: /proc, as long as its parent has not
 * reaped it (it is a zombie), and its pidfd after that (PIDFD_INFO_EXIT, Linux 6.15). An older kernel knows nothing any more then.
 */

import { isSystemError } from '../errors.ts';
import { type ExitStatus, native } from '../host/native.ts';

/** What is behind the name in /proc/pid/stat: the state is the 3rd field, the exit code the 52nd (proc_pid_stat(5)). */
const EXIT_CODE = 52 - 3;
const SIGNAL_BITS = 0x7f;

/**
 * @param pidfd of a process that has ended
 * @returns undefined: it cannot be known now; `final`: nor later
 */
export function foreignExit(pidfd: number): { readonly status: ExitStatus | undefined; readonly final: boolean } {
  const pid = pidOf(pidfd);
  // Asked after that: in between it may have been reaped.
  const status = (pid === undefined ? undefined : zombieExit(pidfd, pid)) ?? native.pidfdExit(pidfd);
  return { status, final: pid === undefined };
}

/** undefined once it has been reaped. */
function pidOf(pidfd: number): number | undefined {
  const pid = Number(/^Pid:\t(-?\d+)$/m.exec(native.readFile(`/proc/self/fdinfo/${pidfd}`))?.[1]);
  return pid > 0 ? pid : undefined;
}

function zombieExit(pidfd: number, pid: number): ExitStatus | undefined {
  const stat = native.readProcess(pid, 'stat');
  if (stat === undefined || !mayLook(pid)) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // If it still has its pid, that was nobody else.
  if (fields[0] !== 'Z' || pidOf(pidfd) !== pid) return undefined;
  const code = Number(fields[EXIT_CODE]);
  const signal = code & SIGNAL_BITS;
  return signal === 0 ? { code: code >> 8 } : { signal };
}

/** The kernel says 0 to whoever may not know the exit code, by the same rule by which it refuses to tell the program. */
function mayLook(pid: number): boolean {
  try {
    native.readLink(`/proc/${pid}/exe`);
    return true;
  } catch (error) {
    // A zombie has none.
    return isSystemError(error, 'ENOENT');
  }
}
