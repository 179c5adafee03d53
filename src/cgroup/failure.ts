import { isSystemError, RuntimeError } from '../errors.ts';

/** runc's words around a failed write: what was written helps as much as where. */
export function writeFailure(error: unknown, value: string): unknown {
  if (!isSystemError(error) || error.syscall !== 'write') return error;
  return new RuntimeError(
    'Internal',
    `failed to write ${JSON.stringify(value)}: ${error.message}`,
    detailOf(error),
    error,
  );
}

/** The facts of a failed system call for an error's detail. */
export function detailOf(error: unknown): {
  stage: 'cgroup';
  syscall?: string;
  errno?: string;
  path?: string | undefined;
} {
  if (!isSystemError(error)) return { stage: 'cgroup' };
  return { stage: 'cgroup', syscall: error.syscall, errno: error.code, path: error.path };
}

/** True for the errors of somebody who may not touch cgroups: no permission, or a read-only mount. */
export function isForbidden(error: unknown): boolean {
  const cause = error instanceof RuntimeError ? error.cause : error;
  return isSystemError(cause, 'EPERM', 'EACCES', 'EROFS');
}

/** What `create` throws: errors that explain themselves as they are, failed system calls in runc's frame. */
export function applyFailure(error: unknown, reason = '', hint?: string): unknown {
  if (error instanceof RuntimeError && error.code !== 'Internal') return error;
  const text = error instanceof Error ? error.message : String(error);
  const detail = { ...detailOf(error), hint };
  return new RuntimeError('Internal', `unable to apply cgroup configuration: ${reason}${text}`, detail, error);
}
