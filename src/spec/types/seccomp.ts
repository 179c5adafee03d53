import type { SeccompAction, SeccompArchitecture, SeccompFlag, SeccompOperator } from '../enums-seccomp.ts';
import type { Int } from './int.ts';

/** spec: config-linux.md, Seccomp; seccomp(2). */
export interface Seccomp {
  defaultAction: SeccompAction;
  defaultErrnoRet?: number;
  architectures?: SeccompArchitecture[];
  /** Absent (not: empty) means the runtime's default, SECCOMP_FILTER_FLAG_SPEC_ALLOW. */
  flags?: SeccompFlag[];
  /** Unix socket that gets the notify descriptor. */
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: SeccompSyscall[];
}

export interface SeccompSyscall {
  names: string[];
  action: SeccompAction;
  errnoRet?: number;
  /** All must match; two entries with one index are two rules (either may match). */
  args?: SeccompArg[];
}

export interface SeccompArg {
  /** 0 to 5. */
  index: number;
  value: Int;
  /** The value to compare with, for SCMP_CMP_MASKED_EQ (then `value` is the mask). */
  valueTwo?: Int;
  op: SeccompOperator;
}
