/** What the process itself is: scheduling, labels, credentials, environment, executable. */

import type { Process, RlimitType, Spec } from '../spec/types.ts';
import { boundingOperation } from './capabilities.ts';
import { EXECUTE_HOW, type Operation, USER_HOW } from './operations.ts';
import type { Host, Request } from './plan.ts';

const POLICIES = {
  SCHED_OTHER: 0,
  SCHED_FIFO: 1,
  SCHED_RR: 2,
  SCHED_BATCH: 3,
  SCHED_ISO: 4,
  SCHED_IDLE: 5,
  SCHED_DEADLINE: 6,
} as const;

/** SCHED_FLAG_* of linux/sched.h. */
const SCHEDULER_FLAGS: Record<string, number> = {
  SCHED_FLAG_RESET_ON_FORK: 1,
  SCHED_FLAG_RECLAIM: 2,
  SCHED_FLAG_DL_OVERRUN: 4,
  SCHED_FLAG_KEEP_POLICY: 8,
  SCHED_FLAG_KEEP_PARAMS: 16,
  SCHED_FLAG_UTIL_CLAMP_MIN: 32,
  SCHED_FLAG_UTIL_CLAMP_MAX: 64,
};

/** IOPRIO_CLASS_* of linux/ioprio.h, in the upper bits of the value (IOPRIO_CLASS_SHIFT is 13). */
const IO_CLASSES = { IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 } as const;
const IO_CLASS_UNIT = 8192;

/** PER_* of linux/personality.h. */
const PERSONALITIES = { LINUX: 0, LINUX32: 8 } as const;

/** Labels that take effect at execve (apparmor(7), selinux(8)). */
export function labelOperations(process: Process, host: Host): Operation[] {
  const operations: Operation[] = [];
  if (process.apparmorProfile && host.apparmor) {
    const value = `exec ${process.apparmorProfile}`;
    operations.push({ op: 'label', file: 'attr/apparmor/exec', fallback: 'attr/exec', value });
  }
  if (process.selinuxLabel && host.selinux)
    operations.push({ op: 'label', file: 'attr/exec', fallback: '', value: process.selinuxLabel });
  return operations;
}

/** Scheduling, io priority, personality, processors: all that needs the privileges of before. */
export function schedulingOperations(process: Process, spec: Spec): Operation[] {
  const operations: Operation[] = [];
  const { scheduler, ioPriority } = process;
  if (scheduler) {
    operations.push({
      op: 'scheduler',
      policy: POLICIES[scheduler.policy],
      flags: (scheduler.flags ?? []).reduce((sum, flag) => sum + (SCHEDULER_FLAGS[flag] ?? 0), 0),
      nice: scheduler.nice ?? 0,
      priority: scheduler.priority ?? 0,
      runtime: scheduler.runtime ?? 0,
      deadline: scheduler.deadline ?? 0,
      period: scheduler.period ?? 0,
    });
  }
  if (ioPriority) {
    operations.push({
      op: 'ioPriority',
      value: IO_CLASSES[ioPriority.class] * IO_CLASS_UNIT + (ioPriority.priority ?? 0),
    });
  }
  const domain = spec.linux?.personality?.domain;
  if (domain) operations.push({ op: 'personality', value: PERSONALITIES[domain] });
  return operations;
}

/** RLIMIT_* of linux/resource.h. */
const LIMITS: Record<RlimitType, number> = {
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

/**
 * The process limits itself while it still has the user that it was born with: changing the limits of another user's process takes
 * CAP_SYS_RESOURCE. In a user namespace it may not raise a hard limit: then the warning lets the parent try.
 */
export function limitOperations(process: Process): Operation[] {
  return (process.rlimits ?? []).map(({ type, soft, hard }) => ({
    op: 'limit',
    resource: LIMITS[type],
    soft,
    hard,
    tolerate: true,
  }));
}

/** Bounding set, stdio, ids, in the only order that works: each step needs what the next one takes away. */
export function credentialOperations(process: Process, request: Request): Operation[] {
  const { uid = 0, gid = 0, additionalGids = [] } = process.user ?? {};
  return [
    boundingOperation(process.capabilities),
    { op: 'stdio', uid, tolerate: true },
    { op: 'user', uid, gid, groups: additionalGids, how: request.setgroupsDenied ? USER_HOW.keepGroups : 0 },
  ];
}

/** The environment with the last of each name, as Go's os/exec does it. */
export function environment(process: Process): string[] {
  const values = new Map<string, string>();
  for (const entry of process.env ?? []) values.set(entry.slice(0, entry.indexOf('=', 1)), entry);
  return [...values.values()];
}

/** Looks the executable up as the container's user, in the container's PATH. */
export function lookupOperation(process: Process): Operation {
  const path = environment(process).find((entry) => entry.startsWith('PATH='));
  return { op: 'lookup', name: process.args[0] ?? '', paths: path ? path.slice(5).split(':') : [] };
}

export function executeOperation(process: Process): Operation {
  const env = environment(process);
  const home = env.some((entry) => entry.startsWith('HOME='));
  return { op: 'execute', argv: process.args, env, how: home ? 0 : EXECUTE_HOW.addHome };
}
