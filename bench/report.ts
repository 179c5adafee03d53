import type { Series } from './measure.ts';
import type { Memory } from './memory.ts';
import { median, ratio, subject, type Verdict } from './thresholds.ts';

/** The table of medians: one line per metric, milliseconds, then the ratios of the subject (or of the first runtime) to its peers. */
export function timeTable(
  series: readonly Series[],
  runtimes: readonly string[],
  verdicts: readonly Verdict[],
): string {
  const metrics = [...new Set(series.map((s) => s.metric))];
  const first = runtimes.includes(subject) ? subject : (runtimes[0] ?? subject);
  const peers = runtimes.filter((name) => name !== first);
  const head = ['ms, median', ...runtimes, ...peers.map((peer) => `${first}/${peer}`)];
  const rows = metrics.map((metric) => {
    const times = runtimes.map((name) => {
      const one = series.find((s) => s.metric === metric && s.runtime === name);
      return one ? median(one.ms).toFixed(2) : '-';
    });
    return [metric, ...times, ...peers.map((peer) => ratioCell(series, metric, first, peer, verdicts))];
  });
  return table([head, ...rows]);
}

function ratioCell(
  series: readonly Series[],
  metric: string,
  first: string,
  peer: string,
  verdicts: readonly Verdict[],
): string {
  const value = ratio(series, metric, first, peer);
  if (value === null) return '-';
  const verdict = verdicts.find((v) => v.metric === metric && v.peer === peer);
  if (!verdict || first !== subject) return value.toFixed(2);
  return `${value.toFixed(2)} ${verdict.met ? 'met' : 'MISSED'} (at most ${verdict.atMost})`;
}

/** The table of memory figures. */
export function memoryTable(memory: readonly Memory[]): string {
  const cell = (value: number | null) => (value === null ? '-' : String(value));
  return table([
    ['KiB', ...memory.map((m) => m.runtime)],
    ['smallest memory limit', ...memory.map((m) => cell(m.smallestLimitKiB))],
    ['init waiting for start', ...memory.map((m) => cell(m.waitingInitKiB))],
  ]);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .join('\n');
}
