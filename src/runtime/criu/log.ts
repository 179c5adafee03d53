/** criu's log: what it says of a failure. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import type { Context } from '../context.ts';

const LIMIT = 64 * 1024 * 1024;
const BEFORE = 5;

/**
 * Warns with the lines of the log that hold an error and the five before each, numbered (runc's form: `grep -n -B5 Error`).
 * @returns false when there is nothing to quote
 */
export function quoteErrors(context: Context, path: string): boolean {
  const lines = readLines(context, path);
  let printed = 0;
  for (const [index, line] of lines.entries()) {
    if (!line.includes('Error')) continue;
    const first = Math.max(printed, index - BEFORE);
    if (printed === 0) context.log.warn(`--- Quoting ${JSON.stringify(path)}`);
    else if (first > printed) context.log.warn('...');
    for (let at = first; at <= index; at++) if (lines[at]) context.log.warn(`${at + 1}:${lines[at]}`);
    printed = index + 1;
  }
  if (printed > 0) context.log.warn('---');
  return printed > 0;
}

/** Adds where the whole story is. */
export function withLog(error: unknown, path: string): unknown {
  if (!(error instanceof RuntimeError)) return error;
  return new RuntimeError(error.code, error.message, { hint: `criu's log is ${path}`, path, ...error.detail }, error);
}

function readLines(context: Context, path: string): string[] {
  try {
    return native.readFile(path, LIMIT).split('\n');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    context.log.warn(error.message);
    return [];
  }
}
