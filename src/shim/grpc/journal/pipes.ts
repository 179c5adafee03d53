/**
 * The pipes of processes whose reader was killed: read on by its successor. What a container may have put in their place is never opened:
 * a device or a FIFO of its choice could block us or do things when it is opened. So a descriptor that only names the file (O_PATH) is
 * looked at first, and only the very pipe that was made for the process is then opened, through that descriptor.
 */

import { isSystemError } from '../../../errors.ts';
import { native } from '../../../host/native.ts';
import { processFacts } from '../../../runtime/status.ts';
import { isPipe } from '../../../runtime/stdio-names.ts';

const O_RDONLY = 0;
const O_NONBLOCK = 0o4000;
const O_PATH = 0o10000000;

/** A process of a container, and what its standard streams were when it was born. */
export interface Streams {
  readonly pid: number;
  readonly start: string;
  /** `pipe:[1234]` … */
  readonly names: readonly string[];
}

/**
 * @param stream 1 or 2
 * @returns a descriptor to read from; -1 where it was no pipe, or the process has another file there by now, or has ended
 */
export function reopenPipe({ pid, start, names }: Streams, stream: 1 | 2): number {
  const name = names[stream] ?? '';
  if (!isPipe(name)) return -1;
  let named = -1;
  try {
    named = native.open(`/proc/${pid}/fd/${stream}`, O_PATH);
    // The process had not ended when that was opened, and so it was its own file.
    if (processFacts(pid)?.start !== start) return -1;
    if (native.readLink(`/proc/self/fd/${named}`) !== name) return -1;
    return native.open(`/proc/self/fd/${named}`, O_RDONLY + O_NONBLOCK);
  } catch (error) {
    // It has ended, or closed it.
    if (isSystemError(error, 'ENOENT', 'ESRCH')) return -1;
    throw error;
  } finally {
    if (named >= 0) native.close(named);
  }
}
