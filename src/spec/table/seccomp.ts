import { SECCOMP_ACTIONS, SECCOMP_ARCHITECTURES, SECCOMP_FLAGS, SECCOMP_OPERATORS } from '../enums-seccomp.ts';
import type { Seccomp, SeccompArg, SeccompSyscall } from '../types.ts';
import { int, listOf, object, oneOf, STRING, STRINGS, UINT32, UINT64 } from './rule.ts';

const ACTION = oneOf(SECCOMP_ACTIONS);

/** A system call has six arguments. */
const ARG = object<SeccompArg>(
  { index: int(0, 5), value: UINT64, valueTwo: UINT64, op: oneOf(SECCOMP_OPERATORS) },
  { index: 'is required', value: 'is required', op: 'is required' },
);

const SYSCALL = object<SeccompSyscall>(
  { names: STRINGS, action: ACTION, errnoRet: UINT32, args: listOf(ARG) },
  { names: 'is required', action: 'is required' },
);

/** `linux.seccomp`. */
export const SECCOMP = object<Seccomp>(
  {
    defaultAction: ACTION,
    defaultErrnoRet: UINT32,
    architectures: listOf(oneOf(SECCOMP_ARCHITECTURES)),
    flags: listOf(oneOf(SECCOMP_FLAGS)),
    listenerPath: STRING,
    listenerMetadata: STRING,
    syscalls: listOf(SYSCALL),
  },
  { defaultAction: 'is required' },
);
