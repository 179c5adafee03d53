/**
 * The order in which a process joins a container that is there (`exec`). As with a birth (order.ts) this order is the security policy;
 * it needs no word from the parent on its way, so there is no sync point in it, unless the parent has to move the process into its group.
 */

import { parseCpuList } from '../spec/cpu-list.ts';
import type { NamespaceType, Process, RlimitType } from '../spec/types.ts';
import { addFilter, addIdentityOfProcess, addSetting } from './last-steps.ts';
import { CLONE } from './namespaces.ts';
import { type Operation, SYNC_HOW, SYNC_POINTS } from './operations.ts';
import type { Host, SeccompFilter } from './plan.ts';
import { executeOperation, type Setting } from './process.ts';

const PROCESSORS_LIMIT = 65_536;
const DEFAULT_UMASK = 0o022;

/** What a container lends to the processes that join it: state.json keeps it. */
export interface Joining extends Setting {
  /** Of its own or shared with others; not those of the host. */
  readonly namespaces: readonly NamespaceType[];
  readonly keyring: boolean;
  /** Its user namespace lets nobody change groups. */
  readonly setgroupsDenied: boolean;
  /** The process of config.json as far as it counts for others: what they do not say themselves they get from it. */
  readonly process: Lent;
  /** The file `seccomp` in its folder is the filter; flags of seccomp(2); who answers when it asks. */
  readonly seccomp?: { readonly flags: number; readonly agent?: { readonly path: string; readonly metadata?: string } };
}

export type Lent = Partial<
  Pick<
    Process,
    'apparmorProfile' | 'capabilities' | 'execCPUAffinity' | 'ioPriority' | 'oomScoreAdj' | 'scheduler' | 'selinuxLabel'
  >
> & {
  readonly umask?: number;
  /** As text: JSON has no 64-bit integers. */
  readonly limits?: readonly (readonly [type: RlimitType, soft: string, hard: string])[];
};

export interface ExecRequest {
  readonly id: string;
  readonly container: Joining;
  /** How many `tasks` files (v1) are passed, behind the other slots. */
  readonly doors: number;
  /** The process waits until the parent has moved it into its group. */
  readonly moved: boolean;
  readonly seccomp: SeccompFilter | undefined;
}

/** What the parent passes, in this order: a pidfd of the container's first process, its root directory (`root`), the doors. */
export interface ExecPlan {
  readonly root: boolean;
  /** The first stage clones a second one, and reports it (message STAGE). */
  readonly twoStages: boolean;
  readonly operations: readonly Operation[];
}

/**
 * @param process validated, with what the container lends
 * @returns the operations of hoist-init and what the parent must pass
 */
export function execPlan(process: Process, host: Pick<Host, 'apparmor' | 'selinux'>, request: ExecRequest): ExecPlan {
  const { container } = request;
  const { namespaces } = container;
  const { initial, final } = process.execCPUAffinity ?? {};
  // CVE-2016-9962: whoever is in the namespaces that we join must not be able to look at us.
  const to: Operation[] = [{ op: 'dumpable', value: 0 }];
  if (initial) to.push(pinOperation(initial));
  if (request.moved) to.push({ op: 'sync', point: SYNC_POINTS.cgroup, how: SYNC_HOW.notify + SYNC_HOW.wait });
  const root = !namespaces.includes('mount');
  const twoStages = addNamespaces(to, namespaces);
  addDoors(to, request.doors, root ? 2 : 1);
  if (root) to.push({ op: 'adoptRoot', slot: 1 });
  to.push({ op: 'procfs' });
  if (container.keyring) to.push({ op: 'keyring', name: `_ses.${request.id}`, tolerate: true });
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
  return { root, twoStages, operations: to };
}

/** By the second stage alone: a container that may have one more process need not have room for two. */
function addDoors(to: Operation[], doors: number, first: number): void {
  if (doors === 0) return;
  const slots: number[] = [];
  for (let index = 0; index < doors; index++) slots.push(first + index);
  to.push({ op: 'enter', slots });
}

/** All at once: the kernel knows the order (setns(2) with a pidfd). A pid namespace takes a clone, which is then in it. */
function addNamespaces(to: Operation[], namespaces: readonly NamespaceType[]): boolean {
  let flags = 0;
  for (const type of namespaces) flags += CLONE[type];
  if (flags > 0) to.push({ op: 'join', slot: 0, type: flags });
  const twoStages = namespaces.includes('pid');
  if (twoStages) to.push({ op: 'clone', flags: 0 });
  if (namespaces.includes('user')) to.push({ op: 'become', uid: 0, gid: 0, tolerate: true });
  return twoStages;
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
