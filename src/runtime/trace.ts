/** `--trace FILE`: a container's birth as Chrome trace events (chrome://tracing, Perfetto), one JSON array. */

import { native } from '../host/native.ts';

interface TraceEvent {
  readonly name: string;
  /** Microseconds of CLOCK_MONOTONIC. */
  readonly ts: number;
  readonly dur: number;
  /** 1: the runtime; 2: hoist-init. */
  readonly tid: number;
}

const THREADS = ['', 'hoist', 'hoist-init'];

/** Collects spans and writes them once, at the end. */
export class Trace {
  private readonly events: TraceEvent[] = [];
  private readonly path: string;
  private open: { name: string; ts: number } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Ends the step that runs and begins the next one of the runtime. */
  step(name: string): void {
    this.end();
    this.open = { name, ts: native.now() };
  }

  end(): void {
    if (!this.open) return;
    this.span(this.open.name, this.open.ts, native.now() - this.open.ts, 1);
    this.open = undefined;
  }

  span(name: string, ts: number, dur: number, tid: number): void {
    this.events.push({ name, ts, dur, tid });
  }

  /** Replaces the file. */
  write(): void {
    this.end();
    const names = [1, 2].map((tid) => ({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name: THREADS[tid] } }));
    const spans = this.events.map((event) => ({ ...event, ph: 'X', pid: 1, cat: 'birth' }));
    native.replaceFile(this.path, `${JSON.stringify([...names, ...spans])}\n`, 0o644);
  }
}
