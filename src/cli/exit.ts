/** The one place where a failure is printed. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { explain, printable } from '../log.ts';
import { describe } from './failure.ts';
import type { LogOutput } from './globals.ts';

const STDERR = 2;

/**
 * Logs why the command failed. On standard error the first line of text is runc's to the letter, and what we know beyond it
 * is a second line; JSON carries it in extra keys; and when the log is a file, standard error gets both lines as well.
 */
export function reportFailure(error: unknown, { log, reader }: LogOutput): void {
  const { message, detail } = describe(error);
  const origin = error instanceof RuntimeError ? error.cause : error;
  if (origin instanceof Error && !isSystemError(origin)) log.debug(origin.stack ?? message);
  log.error(message, reader === 'people' ? {} : detail);
  if (reader === 'program') return;
  if (reader === 'file') complain(message);
  const more = explain(detail);
  if (more !== undefined) complain(more);
}

function complain(line: string): void {
  try {
    native.write(STDERR, `${printable(line)}\n`);
  } catch {
    // Nobody reads standard error: the exit code still tells.
  }
}
