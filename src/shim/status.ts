/** The one place where failures become the status codes of gRPC (google/rpc/code.proto), which ttrpc shares. */

import { type ErrorCode, isSystemError, RuntimeError } from '../errors.ts';

export interface Status {
  readonly code: number;
  readonly message: string;
}

const UNKNOWN = 2;

/** containerd's errdefs (errgrpc): what it does not know is `Unknown`. */
const CODES: Readonly<Record<ErrorCode, number>> = {
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  FailedPrecondition: 9,
  Unimplemented: 12,
  Internal: UNKNOWN,
  Unavailable: 14,
};

/** What Go puts behind a message of each code: clients of containerd look for it. `Unknown` has none. */
const WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  InvalidArgument: 'invalid argument',
  DeadlineExceeded: 'context deadline exceeded',
  NotFound: 'not found',
  AlreadyExists: 'already exists',
  PermissionDenied: 'permission denied',
  FailedPrecondition: 'failed precondition',
  Unimplemented: 'not implemented',
  Unavailable: 'unavailable',
};

/** Anything but our own errors and those of system calls is a bug, and says so. */
export function statusOf(error: unknown): Status {
  if (error instanceof RuntimeError) {
    const words = WORDS[error.code];
    const message = words === undefined ? error.message : `${error.message}: ${words}`;
    return { code: CODES[error.code], message };
  }
  if (isSystemError(error)) return { code: UNKNOWN, message: error.message };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: UNKNOWN, message: `internal error: ${text}` };
}
