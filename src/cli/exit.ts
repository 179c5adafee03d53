/** The one place where a failure becomes words and an exit code. */

import { type ErrorDetail, isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { explain } from '../log.ts';
import type { LogOutput } from './globals.ts';
import { UsageError } from './parse.ts';

/**
 * Logs why the command failed. On standard error the first line of text is runc's to the letter, and what we know beyond it
 * is a second line; JSON carries it in extra keys; and when the log is a file, standard error gets both lines as well.
 * @returns the exit code
 */
export function reportFailure(error: unknown, { log, reader }: LogOutput): number {
  const { message, detail } = describe(error);
  const origin = error instanceof RuntimeError ? error.cause : error;
  if (origin instanceof Error && !isSystemError(origin)) log.debug(origin.stack ?? message);
  log.error(message, reader === 'people' ? {} : detail);
  if (reader === 'program') return 1;
  if (reader === 'file') complain(message);
  const more = explain(detail);
  if (more !== undefined) complain(more);
  return 1;
}

/** Puts the command's name before a failure, as runc does: `hoist create failed: …`. */
export function prefixed(prefix: string, error: unknown): RuntimeError {
  const { message, detail } = describe(error);
  const code = error instanceof RuntimeError ? error.code : 'Internal';
  return new RuntimeError(code, `${prefix}: ${message}`, detail, error);
}

function describe(error: unknown): { message: string; detail: ErrorDetail } {
  if (error instanceof RuntimeError) return error;
  if (isSystemError(error)) {
    return { message: error.message, detail: { syscall: error.syscall, errno: error.code, path: error.path } };
  }
  if (error instanceof UsageError) return { message: error.message, detail: {} };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    message: `internal error: ${message}`,
    detail: { hint: 'this is a bug in hoist: please report it, with what --debug adds' },
  };
}

function complain(line: string): void {
  try {
    native.write(2, `${line}\n`);
  } catch {
    // Nobody reads standard error: the exit code still tells.
  }
}
