/** The words for whatever was thrown. */

import { type ErrorDetail, isSystemError, RuntimeError } from '../errors.ts';
import { UsageError } from './parse.ts';

/** Puts the command's name before a failure, as runc does: `hoist create failed: …`. */
export function prefixed(prefix: string, error: unknown): RuntimeError {
  const { message, detail } = describe(error);
  const code = error instanceof RuntimeError ? error.code : 'Internal';
  return new RuntimeError(code, `${prefix}: ${message}`, detail, error);
}

/** Anything but our own errors and those of system calls is a bug, and says so. */
export function describe(error: unknown): { message: string; detail: ErrorDetail } {
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
