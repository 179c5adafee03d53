/** The table of the run, its sums and its last line. */
import type { Verdict } from './tap.ts';

/** What the table says of a test. */
export type Cell = Pick<Verdict, 'result' | 'reason'>;

/** A runtime under test and what it did. */
export interface Column {
  readonly name: string;
  readonly version: string;
  readonly verdicts: ReadonlyMap<string, Cell>;
}

/** Takes the middle out of a long reason: what was asked stands at its beginning, the cause at its end. */
function shorten(reason: string): string {
  return reason.length <= 110 ? reason : `${reason.slice(0, 50)} … ${reason.slice(-57)}`;
}

/** Reasons of one test, each with the names of the runtimes that share it. */
function reasons(test: string, columns: readonly Column[]): string[] {
  const names = new Map<string, string[]>();
  for (const column of columns) {
    const reason = column.verdicts.get(test)?.reason ?? '';
    if (reason !== '') names.set(reason, [...(names.get(reason) ?? []), column.name]);
  }
  return [...names].map(([reason, who]) => `${who.join(', ')}: ${reason}`);
}

/**
 * The rows: test, one result per runtime, and the reason of each that did not pass.
 * @param full do not shorten the reasons.
 */
export function table(tests: readonly string[], columns: readonly Column[], full: boolean): string {
  const width = Math.max(...tests.map((test) => test.length));
  const widths = columns.map((column) => Math.max(column.name.length, 4));
  const line = (first: string, cells: readonly string[], last: string): string =>
    [first.padEnd(width), ...cells.map((cell, i) => cell.padEnd(widths[i] ?? 4)), last].join('  ').trimEnd();
  const blank = columns.map(() => '');
  const rows = tests.flatMap((test) => {
    const results = columns.map((column) => column.verdicts.get(test)?.result ?? '-');
    const [first = '', ...more] = reasons(test, columns).map((reason) => (full ? reason : shorten(reason)));
    return [line(test, results, first), ...more.map((reason) => line('', blank, reason))];
  });
  const head = columns.map((column) => column.name);
  return [line('test', head, 'reason'), ...rows].join('\n');
}

/** `hoist: 44 passed, 14 failed, 0 skipped`. */
export function sums(column: Column): string {
  const count = (result: Verdict['result']): number =>
    [...column.verdicts.values()].filter((verdict) => verdict.result === result).length;
  return `${column.name}: ${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`;
}
