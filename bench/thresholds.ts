import type { Series } from './measure.ts';

/** A promise: the subject's median is at most `atMost` times the peer's. */
export interface Threshold {
  readonly metric: string;
  readonly peer: string;
  readonly atMost: number;
}

/** The runtime whose ratios are judged. */
export const subject = 'hoist';

export const thresholds: readonly Threshold[] = [
  { metric: 'run', peer: 'runc', atMost: 0.45 },
  { metric: 'run', peer: 'crun', atMost: 0.95 },
  { metric: 'create+start+delete', peer: 'runc', atMost: 0.5 },
  { metric: 'create+start+delete', peer: 'crun', atMost: 0.9 },
  ...['state', 'kill', 'start', 'delete', 'pause', 'resume', 'update'].map((metric) => ({
    metric,
    peer: 'runc',
    atMost: 1.1,
  })),
  { metric: 'ps', peer: 'runc', atMost: 0.6 },
  { metric: 'exec', peer: 'runc', atMost: 0.4 },
  { metric: 'exec', peer: 'crun', atMost: 1.3 },
];

/** A threshold and what was measured. */
export interface Verdict extends Threshold {
  /** Null when the subject or the peer has no figure: not met either. */
  readonly ratio: number | null;
  readonly met: boolean;
}

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the given part of the values lies, interpolated; NaN of nothing. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** The ratio of two runtimes' medians of a metric, or null when one has none. */
export function ratio(series: readonly Series[], metric: string, runtime: string, peer: string): number | null {
  const of = (name: string) => series.find((s) => s.metric === metric && s.runtime === name);
  const [a, b] = [of(runtime), of(peer)];
  return a && b ? median(a.ms) / median(b.ms) : null;
}

/** Judges the thresholds on the metrics in `measured`. */
export function judge(series: readonly Series[], measured: ReadonlySet<string>): Verdict[] {
  return thresholds
    .filter((t) => measured.has(t.metric))
    .map((t) => {
      const value = ratio(series, t.metric, subject, t.peer);
      return { ...t, ratio: value, met: value !== null && value <= t.atMost };
    });
}
