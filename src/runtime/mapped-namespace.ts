/** A user namespace that exists for its id maps alone: the kernel takes the mapping of a mount from one (mount_setattr(2)). */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { encode } from '../plan/encode.ts';
import { CLONE } from '../plan/namespaces.ts';
import { SYNC_HOW, SYNC_POINTS } from '../plan/operations.ts';
import type { IdMapping } from '../spec/types.ts';
import { writeIdMaps } from './id-maps.ts';

const O_RDONLY = 0;
const SIGKILL = 9;

/**
 * A process is born in the namespace, its maps are written, the namespace is opened, and the process ends.
 * @returns a descriptor of the namespace
 * @throws RuntimeError FailedPrecondition; the process is gone then too
 */
export function mappedNamespace(uid: readonly IdMapping[], gid: readonly IdMapping[]): number {
  // It waits for an order that never comes.
  const plan = encode([{ op: 'sync', point: SYNC_POINTS.maps, how: SYNC_HOW.wait }], { trace: false, preserved: 0 });
  const request = { plan, cloneFlags: CLONE.user, cgroup: -1, slots: [], stdio: [0, 1, 2], preserved: 0 } as const;
  const { pid, pidfd, socket } = native.spawnInit(request);
  try {
    writeIdMaps(pid, uid, gid, native.ids().euid);
    return native.open(`/proc/${pid}/ns/user`, O_RDONLY);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const words = `failed to create userns for id-mapping: ${error.message}`;
    const { syscall, code: errno, path } = error;
    throw new RuntimeError('FailedPrecondition', words, { stage: 'user namespace', syscall, errno, path }, error);
  } finally {
    native.pidfdSignal(pidfd, SIGKILL);
    native.waitProcess(pidfd, -1);
    native.close(pidfd);
    native.close(socket);
  }
}
