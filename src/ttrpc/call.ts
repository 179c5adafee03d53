/** What a handler is told of a call, and the call's end: by its answer, by its time, or by the end of its connection. */
import type { Request } from './message.ts';

/** What is known of a call beside its payload. */
export interface Call {
  readonly metadata: ReadonlyMap<string, readonly string[]> | undefined;
  /** How long the client waits, in nanoseconds; 0: for ever */
  readonly timeoutNanos: number;
  /** Aborted when nobody waits for the answer any more. Made when it is first asked for. */
  readonly signal: AbortSignal;
}

/** Longer timers end at once in Node and Bun: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class PendingCall implements Call {
  readonly metadata: ReadonlyMap<string, readonly string[]> | undefined;
  readonly timeoutNanos: number;
  private controller: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor({ metadata, timeoutNanos }: Request) {
    this.metadata = metadata;
    this.timeoutNanos = timeoutNanos;
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.ended) this.controller.abort();
    return this.controller.signal;
  }

  /** Calls back when the time is up, unless the call ends before. */
  limit(onTime: () => void): void {
    const milliseconds = Math.ceil(this.timeoutNanos / 1e6);
    if (milliseconds > 0 && milliseconds <= LONGEST_TIMER) this.timer = setTimeout(onTime, milliseconds);
  }

  /**
   * Ends it.
   * @param abandoned nobody waits for the answer
   * @returns false when it had ended already
   */
  end(abandoned: boolean): boolean {
    if (this.ended) return false;
    this.ended = true;
    clearTimeout(this.timer);
    if (abandoned) this.controller?.abort();
    return true;
  }
}
