/** What state.json keeps of a configuration for the processes that join its container later. */

import type { Joining, Lent } from '../plan/exec-opening.ts';
import type { SeccompFilter } from '../plan/plan.ts';
import { agentOf } from '../seccomp/agent.ts';
import type { NamespaceType, Process, Rlimit, RlimitType, Scheduler, Spec } from '../spec/types.ts';
import type { Prepared } from './plan.ts';

export function joiningOf(
  spec: Spec,
  { noNewKeyring }: { readonly noNewKeyring: boolean },
  { setgroupsDenied }: Pick<Prepared, 'setgroupsDenied'>,
  filter: SeccompFilter | undefined,
): Joining {
  const { process, linux } = spec;
  const namespaces: NamespaceType[] = [];
  for (const { type } of linux?.namespaces ?? []) namespaces.push(type);
  const { personality, memoryPolicy } = linux ?? {};
  return {
    namespaces,
    keyring: !noNewKeyring,
    setgroupsDenied,
    ...(personality ? { personality: personality.domain } : {}),
    ...(memoryPolicy ? { memoryPolicy } : {}),
    process: process ? lentBy(process) : {},
    ...(filter ? { seccomp: { flags: filter.flags, ...(filter.listener ? { agent: agentOf(spec) } : {}) } } : {}),
  };
}

/** JSON leaves out what is undefined. */
function lentBy(process: Process): Lent {
  const { apparmorProfile, capabilities, execCPUAffinity, ioPriority, oomScoreAdj, scheduler, selinuxLabel } = process;
  const lent: { [Key in keyof Lent]: Lent[Key] | undefined } = {
    apparmorProfile,
    capabilities,
    execCPUAffinity,
    ioPriority,
    oomScoreAdj,
    scheduler: scheduler && plainScheduler(scheduler),
    selinuxLabel,
    umask: process.user?.umask,
    limits: process.rlimits && limitsText(process.rlimits),
  };
  return lent as Lent;
}

/** Nanoseconds of 64 bits that a double cannot hold exactly are longer than any period the kernel takes. */
function plainScheduler(scheduler: Scheduler): Scheduler {
  const plain = { ...scheduler };
  for (const key of ['runtime', 'deadline', 'period'] as const) {
    if (scheduler[key] !== undefined) plain[key] = Number(scheduler[key]);
  }
  return plain;
}

function limitsText(rlimits: readonly Rlimit[]): [RlimitType, string, string][] {
  const limits: [RlimitType, string, string][] = [];
  for (const { type, soft, hard } of rlimits) limits.push([type, String(soft), String(hard)]);
  return limits;
}

/** The process as it will be: what it does not say it gets from the container, as in runc. An empty label counts as none. */
export function borrow(process: Process, { process: lent }: Joining): Process {
  const result: Process = {
    ...process,
    apparmorProfile: process.apparmorProfile || lent.apparmorProfile || '',
    selinuxLabel: process.selinuxLabel || lent.selinuxLabel || '',
  };
  if (lent.capabilities) result.capabilities ??= lent.capabilities;
  if (lent.execCPUAffinity) result.execCPUAffinity ??= lent.execCPUAffinity;
  if (lent.ioPriority) result.ioPriority ??= lent.ioPriority;
  if (lent.scheduler) result.scheduler ??= lent.scheduler;
  if (lent.limits && (process.rlimits ?? []).length === 0) result.rlimits = limitsOf(lent.limits);
  return result;
}

function limitsOf(texts: NonNullable<Lent['limits']>): Rlimit[] {
  const limits: Rlimit[] = [];
  for (const [type, soft, hard] of texts) limits.push({ type, soft: BigInt(soft), hard: BigInt(hard) });
  return limits;
}
