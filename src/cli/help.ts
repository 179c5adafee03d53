/** The help, from the pages that the build laid out (pages.ts) beside the program. */

import { RuntimeError } from '../errors.ts';
import { native, programFolder } from '../host/native.ts';
import type { CommandName } from './table.ts';

/** By width in columns, then by command; the page of the whole program is under the empty name. */
export type HelpPages = Readonly<Record<string, Readonly<Record<string, string>>>>;

const STDOUT = 1;
const UNKNOWN_WIDTH = 100;

/**
 * The widest page that fits the terminal, or else the narrowest.
 * @param command undefined for the help of the whole program
 * @throws RuntimeError when the pages are missing
 */
export function helpText(command: CommandName | undefined): string {
  const pages = readPages(`${programFolder()}/hoist.help`);
  return choosePage(pages, columns())[command ?? ''] ?? '';
}

function readPages(path: string): HelpPages {
  try {
    return JSON.parse(native.readFile(path)) as HelpPages;
  } catch (error) {
    throw new RuntimeError('NotFound', 'the help is missing', { path, hint: 'install hoist again' }, error);
  }
}

/** The pages for a terminal of so many columns. */
export function choosePage(pages: HelpPages, width: number): Readonly<Record<string, string>> {
  const widths = Object.keys(pages).map(Number);
  const fitting = widths.filter((each) => each <= width);
  return pages[fitting.length > 0 ? Math.max(...fitting) : Math.min(...widths)] ?? {};
}

function columns(): number {
  return native.isTerminal(STDOUT) ? native.windowSize(STDOUT).columns || 80 : UNKNOWN_WIDTH;
}
