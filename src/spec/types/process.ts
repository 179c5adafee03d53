import type { IoPriorityClass, RlimitType, SchedulerFlag, SchedulerPolicy } from '../enums.ts';
import type { Int } from './int.ts';

/** spec: config.md, Process; also what `exec --process FILE` reads. */
export interface Process {
  terminal?: boolean;
  /** In characters; each 0 to 65535. */
  consoleSize?: ConsoleSize;
  user?: User;
  /** argv, at least one entry. */
  args: string[];
  /** `NAME=value` entries; a later one replaces an earlier one of the same name. */
  env?: string[];
  /** Absolute, inside the container. */
  cwd: string;
  capabilities?: Capabilities;
  rlimits?: Rlimit[];
  noNewPrivileges?: boolean;
  apparmorProfile?: string;
  selinuxLabel?: string;
  /** -1000 to 1000. */
  oomScoreAdj?: number;
  scheduler?: Scheduler;
  ioPriority?: IoPriority;
  execCPUAffinity?: ExecCpuAffinity;
}

export interface ConsoleSize {
  height: number;
  width: number;
}

/** Ids as the container sees them, 0 to 4294967294. Absent uid and gid are 0. */
export interface User {
  uid?: number;
  gid?: number;
  umask?: number;
  additionalGids?: number[];
}

/** Capability names (`CAP_CHOWN`). Names that are not known here are kept; the validator warns of them. */
export interface Capabilities {
  bounding?: string[];
  effective?: string[];
  inheritable?: string[];
  permitted?: string[];
  ambient?: string[];
}

/** setrlimit(2); 18446744073709551615 is "unlimited". */
export interface Rlimit {
  type: RlimitType;
  hard: Int;
  soft: Int;
}

/** sched_setattr(2). */
export interface Scheduler {
  policy: SchedulerPolicy;
  nice?: number;
  priority?: number;
  flags?: SchedulerFlag[];
  /** Nanoseconds, SCHED_DEADLINE only (also `deadline` and `period`). */
  runtime?: Int;
  deadline?: Int;
  period?: Int;
}

/** ioprio_set(2). */
export interface IoPriority {
  class: IoPriorityClass;
  /** 0 (highest) to 7; absent is 0. */
  priority?: number;
}

/** Lists of CPUs (`0-3,7`), for processes added with `exec`. */
export interface ExecCpuAffinity {
  /** While the process moves into the container's cgroup. */
  initial?: string;
  /** Once it is there. */
  final?: string;
}
