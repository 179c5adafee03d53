/** The shim's log: lines as logrus prints them into the FIFO `log` of the bundle, which containerd copies into its own log. */

import { native } from '../host/native.ts';
import { Log } from '../log.ts';

const O_WRONLY = 1;
const O_NONBLOCK = 0o4000;

/** The log, and what it writes lines with. */
export interface ShimLog {
  readonly log: Log;
  write(line: string): void;
}

/** Nothing of it waits or fails: where nobody reads, and as long as the FIFO is full, lines are lost. */
export function openShimLog(bundle: string, debug: boolean): ShimLog {
  let descriptor = -1;
  const write = (line: string) => {
    try {
      if (descriptor < 0) descriptor = native.open(`${bundle}/log`, O_WRONLY + O_NONBLOCK);
      native.offer(descriptor, line);
    } catch {
      // There is no FIFO, or containerd does not have it open: it may later.
    }
  };
  const { localOffset } = native;
  return {
    log: new Log({ format: 'text', terminal: () => false, debug, started: Date.now(), localOffset, write }),
    write,
  };
}
