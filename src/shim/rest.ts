/**
 * What a shim that waits gives back. It starts for milliseconds of work and then waits for hours, in as many copies as there are
 * containers: garbage, and the pages of the program that only the work needed, should not stay in memory for it.
 */

import { native } from '../host/native.ts';

/** After the last call. Whoever calls sooner finds everything in place. */
const PAUSE_MS = 2000;

/** The engine of the compiled program; Node has its own ways. */
declare const Bun: { gc(force: boolean): void; shrink(): void } | undefined;

export class Rest {
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Something was done: the time begins again. */
  disturb(): void {
    if (this.timer) this.timer.refresh();
    else this.timer = setTimeout(() => this.settle(), PAUSE_MS);
  }

  private settle(): void {
    this.timer = undefined;
    if (typeof Bun !== 'undefined') {
      Bun.gc(true);
      Bun.shrink();
    }
    native.releaseMemory();
  }
}
