/**
 * The socket of a group: its first shim makes it, the others find it. Starts of one group may come all at once, and a shim that was killed
 * leaves its socket behind.
 *
 * Whoever looks or binds holds a lock on the folder. So a socket that refuses connections is a dead one, not one between bind(2) and
 * listen(2), and of those who find it dead only the first replaces it.
 */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { answers } from './probe.ts';

const O_DIRECTORY = 0o200000;
const PRIVATE = 0o700;

/** Of finding a shim that ends just then. */
const ATTEMPTS = 100;
const PAUSE_MS = 10;
const PATIENCE_MS = 2000;

/**
 * @param id of the task that is about to come
 * @returns a listening descriptor, or undefined when another shim serves the group
 * @throws RuntimeError Unavailable when another shim has the socket and does not answer
 */
export async function claimSocket(path: string, id: string): Promise<number | undefined> {
  native.mkdirAll(folderOf(path), PRIVATE);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { listener, connection } = bindOrConnect(path);
    if (connection === undefined) return listener;
    const answer = answers(connection, id, PATIENCE_MS);
    native.close(connection);
    if (answer === 'yes') return undefined;
    if (answer === 'silent') break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new RuntimeError('Unavailable', "the shim of this container's group does not answer", {
    stage: 'start',
    path,
    hint: `something else keeps ${path}, or its shim hangs: end that process`,
  });
}

/**
 * Removes the socket of a bundle's shim when nobody listens on it any more.
 * @param bundle whose file `address` names it
 */
export function removeDeadSocket(bundle: string): void {
  const address = native.readBytes(`${bundle}/address`);
  const path = address === undefined ? '' : new TextDecoder().decode(address).replace('unix://', '');
  if (!path.startsWith('/') || native.lstat(path)?.kind !== 'socket') return;
  whileLocked(path, () => {
    const connection = connect(path);
    if (connection === undefined) native.unlink(path);
    else native.close(connection);
  });
}

function bindOrConnect(path: string): { listener?: number; connection?: number } {
  return whileLocked(path, () => {
    const listener = listen(path);
    if (listener !== undefined) return { listener };
    const connection = connect(path);
    if (connection !== undefined) return { connection };
    native.unlink(path);
    return { listener: native.listenSocket(path) };
  });
}

function whileLocked<Result>(path: string, act: () => Result): Result {
  const folder = native.open(folderOf(path), O_DIRECTORY);
  try {
    native.lock(folder, true, true);
    return act();
  } finally {
    native.close(folder);
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function listen(path: string): number | undefined {
  try {
    return native.listenSocket(path);
  } catch (error) {
    if (isSystemError(error, 'EADDRINUSE')) return undefined;
    throw error;
  }
}

/** undefined when nobody listens any more. */
function connect(path: string): number | undefined {
  try {
    return native.connectSocket(path, false);
  } catch (error) {
    if (isSystemError(error, 'ECONNREFUSED', 'ENOENT')) return undefined;
    throw error;
  }
}
