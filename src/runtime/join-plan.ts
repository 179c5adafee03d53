/** What a process that joins a container executes, and how: checked and planned while hoist-init is on its way. */

import { execPlan } from '../plan/exec.ts';
import type { ExecRequest } from '../plan/exec-opening.ts';
import type { Operation } from '../plan/operations.ts';
import type { Host } from '../plan/plan.ts';
import type { Process } from '../spec/types.ts';
import type { Context } from './context.ts';
import { processOf } from './exec-process.ts';
import { checkConsole } from './hand-out.ts';
import type { JoinWish } from './join.ts';
import { borrow } from './joining.ts';
import { probeLabels } from './probe-labels.ts';

export interface PlannedProcess {
  readonly operations: readonly Operation[];
  readonly terminal: boolean;
}

/** @throws RuntimeError InvalidArgument for a process or a terminal that cannot be */
export function planProcess(
  context: Context,
  { id, source, container, seccomp, consoleSocket, detach }: JoinWish,
  how: Pick<ExecRequest, 'doors' | 'moved' | 'opened'>,
): PlannedProcess {
  const process = borrow(processOf(context, source), container);
  const terminal = process.terminal === true;
  checkConsole(terminal, consoleSocket, detach);
  return { operations: execPlan(process, labelsFor(process), { id, container, seccomp, ...how }), terminal };
}

/** Looking for modules of the kernel costs two system calls: for a process that has labels only. */
function labelsFor({ apparmorProfile, selinuxLabel }: Process): Pick<Host, 'apparmor' | 'selinux'> {
  return apparmorProfile || selinuxLabel ? probeLabels() : { apparmor: false, selinux: false };
}
