/** Resource limits and OOM score of the new process, set from the parent: it has the privileges (prlimit(2), proc(5)). */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Operation } from '../plan/operations.ts';
import type { Process } from '../spec/types.ts';

const OWN_SCORE = '/proc/self/oom_score_adj';

/**
 * Sets a limit that the process could not set itself.
 *
 * @param type for words
 * @throws RuntimeError in runc's words: `error setting rlimit type 7: operation not permitted`
 */
export function setResourceLimit(
  pid: number,
  type: string,
  { resource, soft, hard }: Operation & { op: 'limit' },
): void {
  try {
    native.setLimit(pid, Number(resource), BigInt(soft), BigInt(hard));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why = error.message.slice(error.message.lastIndexOf(': ') + 2);
    const text = `error setting rlimits for ready process: error setting rlimit type ${resource}: ${why}`;
    const hint = isSystemError(error, 'EPERM')
      ? `raising the hard limit of ${type} needs CAP_SYS_RESOURCE, which this process does not have`
      : undefined;
    const { syscall, code } = error;
    throw new RuntimeError(
      'FailedPrecondition',
      text,
      { stage: 'limits', operation: type, syscall, errno: code, hint },
      error,
    );
  }
}

/**
 * A rootless runtime cannot write the score of a process that is not dumpable, which hoist-init is: so the newborn inherits it
 * from us, and we get ours back. Lowering it takes a privilege; that is ignored, as in runc.
 *
 * @param spawn must not wait for anything: meanwhile this whole process has the score
 */
export function bornWithOomScore<T>(score: number | undefined, spawn: () => T): T {
  if (score === undefined) return spawn();
  const ours = native.readFile(OWN_SCORE).trim();
  if (!isPermitted(() => native.writeFile(OWN_SCORE, String(score)))) return spawn();
  try {
    return spawn();
  } finally {
    isPermitted(() => native.writeFile(OWN_SCORE, ours));
  }
}

function isPermitted(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (isSystemError(error, 'EACCES', 'EPERM')) return false;
    throw error;
  }
}

/** A rootless runtime may not lower the score; that is ignored, as in runc. */
export function setOomScore(pid: number, process: Process, rootless: boolean): void {
  if (process.oomScoreAdj === undefined) return;
  try {
    native.writeProcess(pid, 'oom_score_adj', String(process.oomScoreAdj));
  } catch (error) {
    if (rootless && isSystemError(error, 'EACCES', 'EPERM')) return;
    if (!isSystemError(error)) throw error;
    const hint = isSystemError(error, 'EACCES', 'EPERM')
      ? 'lowering process.oomScoreAdj below the value of the runtime needs CAP_SYS_RESOURCE'
      : undefined;
    throw new RuntimeError(
      'FailedPrecondition',
      `failed to set oom_score_adj to ${process.oomScoreAdj}: ${error.message}`,
      { stage: 'limits', syscall: error.syscall, errno: error.code, path: error.path, hint },
      error,
    );
  }
}
