/** What the process itself is: scheduling, labels, credentials, environment, executable. */

import type { MemoryPolicy, Personality, Process, RlimitType, Scheduler } from '../spec/types.ts';
import { boundingOperation } from './capabilities.ts';
import { memoryPolicyOperation } from './memory-policy.ts';
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
export function addLabels(to: Operation[], process: Process, host: Pick<Host, 'apparmor' | 'selinux'>): void {
  if (process.apparmorProfile && host.apparmor) {
    const value = `exec ${process.apparmorProfile}`;
    to.push({ op: 'label', file: 'attr/apparmor/exec', fallback: 'attr/exec', value });
  }
  if (process.selinuxLabel && host.selinux) {
    to.push({ op: 'label', file: 'attr/exec', fallback: '', value: process.selinuxLabel });
  }
}

/** What `linux` says about every process of a container. */
export interface Setting {
  readonly personality?: Personality['domain'] | undefined;
  readonly memoryPolicy?: MemoryPolicy | undefined;
}

/** Scheduling, io priority, personality, memory policy: all that needs the privileges of before. */
export function addScheduling(to: Operation[], process: Process, { personality, memoryPolicy }: Setting): void {
  const { scheduler, ioPriority } = process;
  if (scheduler) to.push(schedulerOperation(scheduler));
  if (ioPriority) {
    to.push({ op: 'ioPriority', value: IO_CLASSES[ioPriority.class] * IO_CLASS_UNIT + (ioPriority.priority ?? 0) });
  }
  if (personality) to.push({ op: 'personality', value: PERSONALITIES[personality] });
  if (memoryPolicy) to.push(memoryPolicyOperation(memoryPolicy));
}

function schedulerOperation(scheduler: Scheduler): Operation {
  const { nice = 0, priority = 0, runtime = 0, deadline = 0, period = 0 } = scheduler;
  let flags = 0;
  for (const flag of scheduler.flags ?? []) flags += SCHEDULER_FLAGS[flag] ?? 0;
  return { op: 'scheduler', policy: POLICIES[scheduler.policy], flags, nice, priority, runtime, deadline, period };
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

/** The name of a RLIMIT_* number, for words. */
export function limitName(resource: number): string {
  for (const name in LIMITS) if (LIMITS[name as RlimitType] === resource) return name;
  return String(resource);
}

/**
 * The process limits itself while it still has the user that it was born with: changing the limits of another user's process takes
 * CAP_SYS_RESOURCE. In a user namespace it may not raise a hard limit: then the warning lets the parent try.
 */
export function addLimits(to: Operation[], process: Process): void {
  for (const { type, soft, hard } of process.rlimits ?? []) {
    to.push({ op: 'limit', resource: LIMITS[type], soft, hard, tolerate: true });
  }
}

/** Bounding set, stdio, ids, in the only order that works: each step needs what the next one takes away. */
export function addCredentials(to: Operation[], process: Process, request: Pick<Request, 'setgroupsDenied'>): void {
  const { uid = 0, gid = 0, additionalGids = [] } = process.user ?? {};
  to.push(boundingOperation(process.capabilities));
  to.push({ op: 'stdio', uid, tolerate: true });
  to.push({ op: 'user', uid, gid, groups: additionalGids, how: request.setgroupsDenied ? USER_HOW.keepGroups : 0 });
}

/** The environment with the last of each name, as Go's os/exec does it; an empty HOME counts as none. */
function environment(process: Process): string[] {
  const values = new Map<string, string>();
  for (const entry of process.env ?? []) {
    const name = entry.slice(0, entry.indexOf('=', 1));
    // At the place of the last one, not of the first.
    values.delete(name);
    values.set(name, entry);
  }
  if (values.get('HOME') === 'HOME=') values.delete('HOME');
  return [...values.values()];
}

/** Looks the executable up as the container's user, in the container's PATH. */
export function lookupOperation(process: Process): Operation {
  let path = '';
  for (const entry of process.env ?? []) if (entry.startsWith('PATH=')) path = entry.slice('PATH='.length);
  return { op: 'lookup', name: process.args[0] ?? '', paths: path === '' ? [] : path.split(':') };
}

export function executeOperation(process: Process): Operation & { op: 'execute' } {
  const env = environment(process);
  let how: number = EXECUTE_HOW.addHome;
  for (const entry of env) if (entry.startsWith('HOME=')) how = 0;
  return { op: 'execute', argv: process.args, env, how };
}
