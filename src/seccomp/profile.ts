import { RuntimeError } from '../errors.ts';
import type { Seccomp, SeccompAction, SeccompFlag, SeccompOperator, SeccompSyscall } from '../spec/types.ts';

const EPERM = 1;
const ENOSYS = 38; // 38 on every architecture that libseccomp's native number comes from, except mips (89) and parisc (251)

/** SECCOMP_RET_* of linux/seccomp.h; the low 16 bits are data. libseccomp's SCMP_ACT_* have the same numbers. */
const ACTIONS: Readonly<Record<SeccompAction, number>> = {
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

/** enum scmp_compare of seccomp.h. */
const OPERATORS: Readonly<Record<SeccompOperator, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
};

/** SECCOMP_FILTER_FLAG_NEW_LISTENER of linux/seccomp.h. */
const NEW_LISTENER = 8;

/**
 * The others, which config.json may name. TSYNC says nothing here: no other thread of the process that loads the filter lives on.
 * WAIT_KILLABLE_RECV is refused by the kernel (EINVAL) without a listener, see filterFlags.
 */
const FLAGS: Readonly<Record<SeccompFlag, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC: 0,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 32,
};

interface Comparison {
  readonly index: number;
  readonly op: number;
  readonly value: bigint;
  readonly valueTwo: bigint;
}

interface Rule {
  readonly names: readonly string[];
  readonly action: number;
  readonly args: readonly Comparison[];
}

/** What the addon compiles: SeccompRequest of host/native.ts, which a pure room does not import. */
export interface FilterRequest {
  readonly defaultAction: number;
  readonly architectures: readonly string[];
  readonly rules: readonly Rule[];
  readonly enosys: boolean;
}

export interface SeccompPlan {
  readonly request: FilterRequest;
  /** For seccomp(2), SECCOMP_SET_MODE_FILTER. */
  readonly flags: number;
}

/**
 * What libseccomp is to compile for the seccomp section of config.json.
 *
 * @throws RuntimeError InvalidArgument for NOTIFY where it would lock the container up (runc's rules and words).
 * Source: spec config-linux.md (Seccomp), seccomp(2), runc libcontainer/seccomp.
 */
export function seccompPlan(seccomp: Seccomp): SeccompPlan {
  const { defaultAction, defaultErrnoRet, architectures = [], syscalls = [] } = seccomp;
  if (defaultAction === 'SCMP_ACT_NOTIFY') {
    throw new RuntimeError('InvalidArgument', 'SCMP_ACT_NOTIFY cannot be used as default action', { stage: 'seccomp' });
  }
  if (syscalls.some((rule) => rule.action === 'SCMP_ACT_NOTIFY' && rule.names.includes('write'))) {
    // runc's init tells the number of the listener by write(2), and ours writes to the exec fifo, both under the filter.
    throw new RuntimeError('InvalidArgument', 'SCMP_ACT_NOTIFY cannot be used for the write syscall', {
      stage: 'seccomp',
    });
  }
  const request: FilterRequest = {
    defaultAction: actionNumber(defaultAction, defaultErrnoRet),
    architectures: architectures.map((name) => name.replace('SCMP_ARCH_', '').toLowerCase()),
    rules: syscalls.flatMap(rulesOf),
    enosys: answersEnosys(defaultAction, defaultErrnoRet),
  };
  return { request, flags: filterFlags(seccomp) };
}

/** The kernel's number of an action. Only ERRNO and TRACE carry data; it is EPERM when config.json names none. */
function actionNumber(action: SeccompAction, data: number | undefined): number {
  const carries = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
  return ACTIONS[action] + (carries ? (data ?? EPERM) % 0x10000 : 0);
}

/**
 * A profile that denies what it does not name must not deny with EPERM what was invented after it: programs ask for ENOSYS to fall
 * back. Not where the default lets calls pass, or lets a tracer decide, or is ENOSYS anyway.
 */
function answersEnosys(action: SeccompAction, data: number | undefined): boolean {
  if (action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG' || action === 'SCMP_ACT_TRACE') return false;
  return !(action === 'SCMP_ACT_ERRNO' && data === ENOSYS);
}

/** All comparisons of a rule must hold; when two are about one argument, every one is a rule of its own, as runc has it. */
function rulesOf(syscall: SeccompSyscall): Rule[] {
  const { names, args = [] } = syscall;
  const action = actionNumber(syscall.action, syscall.errnoRet);
  const comparisons: Comparison[] = args.map((arg) => ({
    index: arg.index,
    op: OPERATORS[arg.op],
    value: BigInt(arg.value),
    valueTwo: BigInt(arg.valueTwo ?? 0),
  }));
  const repeated = new Set(args.map((arg) => arg.index)).size < args.length;
  if (!repeated) return [{ names, action, args: comparisons }];
  return comparisons.map((comparison) => ({ names, action, args: [comparison] }));
}

/** Some rule asks another process, so the filter has a listener. */
export function notifies({ syscalls = [] }: Seccomp): boolean {
  for (const { action } of syscalls) if (action === 'SCMP_ACT_NOTIFY') return true;
  return false;
}

/**
 * The flags for seccomp(2). Absent flags mean SPEC_ALLOW: no slow-down by the speculation mitigations that seccomp would switch on
 * (runc since 1.1).
 */
export function filterFlags(seccomp: Seccomp): number {
  const notify = notifies(seccomp);
  let bits = notify ? NEW_LISTENER : 0;
  if (seccomp.flags === undefined) return bits + FLAGS.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  for (const flag of new Set(seccomp.flags)) {
    if (flag !== 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' || notify) bits += FLAGS[flag];
  }
  return bits;
}
