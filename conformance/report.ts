/** The table of the run, its sums and its last line. */
import type { Verdict } from './tap.ts';

/** A runtime under test and what it did. */
export interface Column {
  readonly name: string;
  readonly version: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** Takes the middle out of a long reason: what was asked stands at its beginning, the cause at its end. */
function shorten(reason: string): string {
  return reason.length <= 110 ? reason : `${reason.slice(0, 50)} … ${reason.slice(-57)}`;
}

/** The rows: test, one result per runtime, and the reason of each that did not pass. */
export function table(tests: readonly string[], columns: readonly Column[], full: boolean): string {
  const width = Math.max(...tests.map((test) => test.length));
  const widths = columns.map((column) => Math.max(column.name.length, 4));
  const row = (first: string, cells: readonly string[], last: string): string =>
    `${[first.padEnd(width), ...cells.map((cell, i) => cell.padEnd(widths[i] ?? 4))].join('  ')}  ${last}`.trimEnd();
  const rows = tests.map((test) => {
    const verdicts = columns.map((column) => column.verdicts.get(test));
    const reasons = columns.flatMap((column, i) => {
      const reason = verdicts[i]?.reason ?? '';
      const text = full ? reason : shorten(reason);
      return reason === '' ? [] : [columns.length === 1 ? text : `${column.name}: ${text}`];
    });
    const results = verdicts.map((verdict) => verdict?.result ?? '-');
    const first = row(test, results, reasons[0] ?? '');
    const indent =
      row(
        '',
        results.map(() => ''),
        '|',
      ).length - 1;
    return [first, ...reasons.slice(1).map((reason) => ' '.repeat(indent) + reason)].join('\n');
  });
  const names = columns.map((column) => column.name);
  return [row('test', names, 'reason'), ...rows].join('\n');
}

/** `hoist: 44 passed, 14 failed, 0 skipped`. */
export function sums(column: Column): string {
  const count = (result: Verdict['result']): number =>
    [...column.verdicts.values()].filter((verdict) => verdict.result === result).length;
  return `${column.name}: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`;
}
