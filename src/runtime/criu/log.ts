/** criu's log: what it says of a failure. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import type { Context } from '../context.ts';

const LIMIT = 64 * 1024 * 1024;
const BEFORE = 5;

/**
 * Warns with the lines of the log that hold an error and the five before each, numbered (runc's form: `grep -n -B5 Error`).
 * @returns the first error without its time; undefined when there is nothing to quote
 */
export function quoteErrors(context: Context, path: string): string | undefined {
  const lines = readLines(context, path);
  let printed = 0;
  let first: string | undefined;
  for (const [index, line] of lines.entries()) {
    if (!line.includes('Error')) continue;
    first ??= line.slice(line.indexOf('Error'));
    const start = Math.max(printed, index - BEFORE);
    if (printed === 0) context.log.warn(`--- Quoting ${JSON.stringify(path)}`);
    else if (start > printed) context.log.warn('...');
    for (let at = start; at <= index; at++) if (lines[at]) context.log.warn(`${at + 1}:${lines[at]}`);
    printed = index + 1;
  }
  if (printed > 0) context.log.warn('---');
  return first;
}

/**
 * Adds where the whole story is, and criu's own words when it gave none (before version 4).
 * @param first error of the log
 */
export function withLog(error: unknown, path: string, first: string): unknown {
  if (!(error instanceof RuntimeError)) return error;
  const text = /errno \d+$/.test(error.message) ? `${error.message}: ${first}` : error.message;
  return new RuntimeError(error.code, text, { hint: `criu's log is ${path}`, path, ...error.detail }, error);
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
