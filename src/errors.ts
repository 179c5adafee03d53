/** The one error of the project: containerd's errdefs codes, runc's words, and the facts that a person needs to mend it. */

export type ErrorCode =
  | 'NotFound'
  | 'AlreadyExists'
  | 'InvalidArgument'
  | 'FailedPrecondition'
  | 'PermissionDenied'
  | 'Unimplemented'
  | 'Unavailable'
  | 'DeadlineExceeded'
  | 'Internal';

/** What is known about a failure beyond its message; every key appears in the JSON log line under the same name. */
export interface ErrorDetail {
  /** The part of the container's life: `config`, `cgroup`, `init`, `hook`, `start` … */
  readonly stage?: string | undefined;
  /** The operation of the plan that failed, for example `mount /proc`. */
  readonly operation?: string | undefined;
  readonly syscall?: string | undefined;
  /** The symbolic name, for example `ENOENT`. */
  readonly errno?: string | undefined;
  readonly path?: string | undefined;
  /** What to do about it, in plain words. */
  readonly hint?: string | undefined;
}

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  /**
   * @param code containerd's errdefs code; the command line and the shim map it once.
   * @param message runc's wording where callers look at it.
   */
  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** A failed system call, as the addon throws it. */
export interface SystemError extends Error {
  /** The symbolic errno, for example `ENOENT`. */
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path?: string;
}

/** True when `error` comes from the addon, optionally with one of the given symbolic errnos. */
export function isSystemError(error: unknown, ...codes: string[]): error is SystemError {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false;
  return codes.length === 0 || codes.includes(String(error.code));
}
