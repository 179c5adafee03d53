/**
 * The order in which a process joins a container that is there (`exec`). As with a birth (order.ts) this order is the security policy;
 * it needs no word from the parent on its way, so there is no sync point in it, unless the parent has to move the process into its group.
 */

import { parseCpuList } from '../spec/cpu-list.ts';
import type { Process } from '../spec/types.ts';
import { addOpening, type ExecRequest } from './exec-opening.ts';
import { addFilter, addIdentityOfProcess, addSetting } from './last-steps.ts';
import { type Operation, SYNC_HOW, SYNC_POINTS } from './operations.ts';
import type { Host } from './plan.ts';
import { executeOperation } from './process.ts';

const PROCESSORS_LIMIT = 65_536;
const DEFAULT_UMASK = 0o022;

/**
 * @param process validated, with what the container lends
 * @returns the operations of hoist-init, from the first on, whatever has been sent
 */
export function execPlan(
  process: Process,
  host: Pick<Host, 'apparmor' | 'selinux'>,
  request: ExecRequest,
): Operation[] {
  const { container } = request;
  const { initial, final } = process.execCPUAffinity ?? {};
  const to: Operation[] = [];
  addOpening(to, request, initial ? pinOperation(initial) : undefined);
  if (request.opened) to.push({ op: 'more' });
  addConsole(to, process);
  to.push({ op: 'umask', mask: process.user?.umask ?? container.process.umask ?? DEFAULT_UMASK });
  addSetting(to, process, container, host);
  addAffinity(to, initial, final);
  const { setgroupsDenied } = container;
  addIdentityOfProcess(to, process, { seccomp: request.seccomp, setgroupsDenied });
  // Whoever gets the terminal must have it before anything is written.
  if (process.terminal) to.push({ op: 'sync', point: SYNC_POINTS.ready, how: SYNC_HOW.notify + SYNC_HOW.wait });
  addFilter(to, process, request.seccomp);
  to.push(executeOperation(process));
  return to;
}

function addConsole(to: Operation[], { terminal, consoleSize, user }: Process): void {
  if (!terminal) return;
  const { width = 0, height = 0 } = consoleSize ?? {};
  to.push({ op: 'console', columns: width, rows: height, uid: user?.uid ?? 0, mount: 0 });
}

/** Once it is in its group; without a wish every processor that the group may use, whatever the caller is bound to. */
function addAffinity(to: Operation[], initial: string | undefined, final: string | undefined): void {
  if (final) to.push(pinOperation(final));
  else if (!initial) to.push({ op: 'affinity', tolerate: true });
}

/** @param list checked by the validator */
function pinOperation(list: string): Operation {
  const wanted: boolean[] = [];
  for (const [first, last] of parseCpuList(list, PROCESSORS_LIMIT)) {
    for (let processor = first; processor <= last; processor++) wanted[processor] = true;
  }
  // In words of 64 bits, as sched_setaffinity(2) wants it.
  const mask = new Uint8Array(Math.ceil(wanted.length / 64) * 8);
  for (let processor = 0; processor < wanted.length; processor++) {
    const byte = Math.floor(processor / 8);
    if (wanted[processor]) mask[byte] = (mask[byte] ?? 0) + 2 ** (processor % 8);
  }
  return { op: 'pin', mask };
}
