/** The socket that a caller has named: ours alone, and nobody else's who still uses it. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';

const O_DIRECTORY = 0o200000;
const PRIVATE = 0o700;

/**
 * A server that was killed leaves its socket behind: a dead one is replaced. Whoever looks and binds holds a lock on the folder, so that
 * two that start at the same time do not take each other's for dead.
 *
 * @returns a listening descriptor
 * @throws RuntimeError AlreadyExists when somebody listens there, or there is something else
 */
export function claimSocket(path: string): number {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  native.mkdirAll(folder, PRIVATE);
  const lock = native.open(folder, O_DIRECTORY);
  try {
    native.lock(lock, true, true);
    const there = native.lstat(path);
    if (there !== undefined) clear(path, there.kind);
    return native.listenSocket(path);
  } finally {
    native.close(lock);
  }
}

function clear(path: string, kind: string): void {
  if (kind !== 'socket') throw refusal(`there is a ${kind} at ${path}`, path, 'name another path with --socket');
  if (isServed(path))
    throw refusal(`somebody serves ${path} already`, path, 'end that server, or name another path with --socket');
  native.unlink(path);
}

function isServed(path: string): boolean {
  try {
    native.close(native.connectSocket(path, false));
    return true;
  } catch (error) {
    if (isSystemError(error, 'ECONNREFUSED', 'ENOENT')) return false;
    // Its queue is full: somebody is there, and busy.
    if (isSystemError(error, 'EAGAIN')) return true;
    throw error;
  }
}

function refusal(words: string, path: string, hint: string): RuntimeError {
  return new RuntimeError('AlreadyExists', words, { stage: 'serve', path, hint });
}
