/** The table of a run: sums, times, and what differs from runc. */
import type { Cell } from '../../report.ts';
import type { Column } from './column.ts';
import type { Difference } from './compare.ts';

function row(cells: readonly (string | number)[], width: number): string {
  return cells.map((cell, i) => (i === 0 ? String(cell).padEnd(width) : String(cell).padStart(8))).join('');
}

/** `2.1 hoist  108  0  29  60 s`, with the version of containerd in the first line of each. */
export function sumsTable(columns: readonly Column[]): string {
  const width = Math.max(...columns.map(({ name }) => name.length), 12) + 2;
  const rows = columns.map((column) =>
    row(
      [
        column.name,
        ...(['pass', 'fail', 'skip'] as const).map((result) => column.with(result).length),
        `${(column.duration / 1000).toFixed(0)} s`,
      ],
      width,
    ),
  );
  const versions = [...new Set(columns.map(({ version }) => version))].join(', ');
  return [`containerd ${versions}`, row(['', 'passed', 'failed', 'skipped', 'took'], width), ...rows].join('\n');
}

function failures(title: string, all: readonly [string, Cell][]): string[] {
  return all.filter(([, { result }]) => result === 'fail').map(([name, { reason }]) => `${title}: ${name}: ${reason}`);
}

/** Everything that has failed, runc's failures too. */
export function failed(columns: readonly Column[]): string[] {
  return columns.flatMap((column) => [
    ...failures(column.name, [...column.verdicts]),
    ...failures(column.name, [...column.checks]),
  ]);
}

/** One line for each spec; the columns that share it stand behind it. */
export function listed(all: readonly Difference[]): string[] {
  const lines = new Map<string, string[]>();
  for (const { column, spec, result, reason } of all) {
    const line = `${spec} (${result}: ${reason})`;
    lines.set(line, [...(lines.get(line) ?? []), column.name]);
  }
  return [...lines].map(([line, names]) => `  ${line}: ${names.join(', ')}`).sort();
}
