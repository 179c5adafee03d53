import { ListError, parseCpuList } from '../cpu-list.ts';
import type { Findings } from '../issues.ts';
import type { ExecCpuAffinity, Process, Scheduler } from '../types.ts';

/** sched_setattr(2), runc's rules first, then the kernel's, which would only say EINVAL. */
export function checkScheduler(process: Process, path: (name: string) => string, findings: Findings): void {
  const { scheduler } = process;
  if (scheduler === undefined) return;
  const { policy, nice = 0, priority = 0 } = scheduler;
  if ((policy === 'SCHED_OTHER' || policy === 'SCHED_BATCH') && (nice < -20 || nice > 19)) {
    findings.issue(path('scheduler.nice'), `invalid scheduler.nice: ${nice} when scheduler.policy is ${policy}`);
  }
  const isRealtime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
  if (!isRealtime && priority !== 0) {
    const reason = 'scheduler.priority can only be specified for SchedFIFO or SchedRR policy';
    findings.issue(path('scheduler.priority'), reason);
  } else if (isRealtime && (priority < 1 || priority > 99)) {
    findings.issue(path('scheduler.priority'), `must be from 1 to 99 for ${policy}, got ${priority}`);
  }
  checkDeadline(scheduler, path('scheduler'), findings);
}

function checkDeadline(scheduler: Scheduler, path: string, findings: Findings): void {
  const { policy, runtime = 0, deadline = 0, period = 0 } = scheduler;
  const isZero = Number(runtime) === 0 && Number(deadline) === 0 && Number(period) === 0;
  if (policy !== 'SCHED_DEADLINE') {
    const reason = 'scheduler runtime/deadline/period can only be specified for SchedDeadline policy';
    if (!isZero) findings.issue(path, reason);
    return;
  }
  if (runtime > deadline) findings.issue(path, `runtime ${runtime} is longer than the deadline ${deadline}`);
  if (Number(period) !== 0 && deadline > period) {
    findings.issue(path, `deadline ${deadline} is longer than the period ${period}`);
  }
}

/** Above any kernel's NR_CPUS (8192 on x86-64); keeps a hostile list from becoming a huge mask. */
const CPU_LIMIT = 65_536;

export function checkAffinity(affinity: ExecCpuAffinity | undefined, path: string, findings: Findings): void {
  if (affinity === undefined) return;
  checkList(affinity.initial, `${path}.initial`, CPU_LIMIT, findings);
  checkList(affinity.final, `${path}.final`, CPU_LIMIT, findings);
}

/** @returns the number of members, or undefined when the list is bad (which is then an issue). */
export function checkList(
  list: string | undefined,
  path: string,
  limit: number,
  findings: Findings,
): number | undefined {
  try {
    return parseCpuList(list ?? '', limit).reduce((count, [first, last]) => count + last - first + 1, 0);
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    findings.issue(path, error.message);
    return undefined;
  }
}
