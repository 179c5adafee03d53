/** Resource limits and OOM score of the new process, set from the parent: it has the privileges (prlimit(2), proc(5)). */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Process, RlimitType } from '../spec/types.ts';

/** RLIMIT_* of linux/resource.h. */
const RESOURCES: Record<RlimitType, number> = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
};

/** @throws RuntimeError in runc's words: `error setting rlimit type 7: operation not permitted` */
export function setResourceLimits(pid: number, process: Process): void {
  for (const { type, soft, hard } of process.rlimits ?? []) {
    const resource = RESOURCES[type];
    try {
      native.setLimit(pid, resource, BigInt(soft), BigInt(hard));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new RuntimeError(
        'FailedPrecondition',
        `error setting rlimits for ready process: error setting rlimit type ${resource}: ${error.message.slice(error.message.lastIndexOf(': ') + 2)}`,
        {
          stage: 'limits',
          operation: type,
          syscall: error.syscall,
          errno: error.code,
          hint: error.code === 'EPERM' ? `raising the hard limit of ${type} needs CAP_SYS_RESOURCE, which this process does not have` : undefined,
        },
        error,
      );
    }
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
