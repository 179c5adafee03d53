/** What `start` changes about the process that stays. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';

const O_RDWR = 2;
const STANDARD = [0, 1, 2];
const OOM_FILE = '/proc/self/oom_score_adj';
const MOST_ADJUSTMENT = 1000;

/**
 * One more than containerd's, which we have inherited: the shim is to go first. Raising it needs no rights.
 */
export function adjustOomScore(): void {
  const inherited = Number(native.readFile(OOM_FILE));
  if (inherited < MOST_ADJUSTMENT) native.writeFile(OOM_FILE, String(inherited + 1));
}

/**
 * Moves this process, not what it has started, into a group of every cgroup v1 hierarchy that has it, or of v2.
 * @throws RuntimeError when there is no such group
 */
export async function enterShimCgroup(group: string): Promise<void> {
  const { enterGroup } = await import('../../runtime/enter-group.ts');
  try {
    enterGroup(group);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof RuntimeError)) throw error;
    const message = `failed to join cgroup ${group}: ${error.message}`;
    const hint = 'the ShimCgroup of the options must exist';
    throw new RuntimeError('FailedPrecondition', message, { stage: 'start', path: group, hint }, error);
  }
}

/** containerd waits until nobody has the pipe any more from which it reads the answer. */
export function leaveStandardStreams(): void {
  const nothing = native.open('/dev/null', O_RDWR);
  for (const descriptor of STANDARD) native.redirect(nothing, descriptor);
  native.close(nothing);
}
