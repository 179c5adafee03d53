/** The first steps of a process that joins a container: all that can be done before it is known what will be executed. */

import type { NamespaceType, Process, RlimitType } from '../spec/types.ts';
import { CLONE } from './namespaces.ts';
import { type Operation, SYNC_HOW, SYNC_POINTS, USER_HOW } from './operations.ts';
import type { SeccompFilter } from './plan.ts';
import type { Setting } from './process.ts';

/** What a container lends to the processes that join it: state.json keeps it. */
export interface Joining extends Setting {
  /** Of its own or shared with others; not those of the host. */
  readonly namespaces: readonly NamespaceType[];
  readonly keyring: boolean;
  /** Its user namespace lets nobody change groups, or nobody is to (annotation). */
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

/** What is known before the process is. */
export interface OpeningRequest {
  readonly id: string;
  readonly container: Joining;
  /** How many `tasks` files (v1) are passed, behind the other slots. */
  readonly doors: number;
  /** The process waits until the parent has moved it into its group. */
  readonly moved: boolean;
}

export interface ExecRequest extends OpeningRequest {
  /** The opening has been sent; false: the plan goes out whole. */
  readonly opened: boolean;
  readonly seccomp: SeccompFilter | undefined;
}

/** The first stage clones a second one, and reports it (message STAGE): a pid namespace is entered by being born in it. */
export function hasTwoStages({ namespaces }: Joining): boolean {
  return namespaces.includes('pid');
}

/** The parent passes a pidfd of the container's first process, its root directory if this says so, the doors. */
export function passesRoot({ namespaces }: Joining): boolean {
  return !namespaces.includes('mount');
}

/** What is sent first: hoist-init is at work while the rest is read, checked and planned. */
export function execOpening(request: OpeningRequest): Operation[] {
  const to: Operation[] = [];
  addOpening(to, request, undefined);
  to.push({ op: 'more' });
  return to;
}

/** @param first pins the process to processors before it enters its group */
export function addOpening(to: Operation[], request: OpeningRequest, first: Operation | undefined): void {
  const { container, moved, doors, id } = request;
  // CVE-2016-9962: whoever is in the namespaces that we join must not be able to look at us.
  to.push({ op: 'dumpable', value: 0 });
  if (first) to.push(first);
  if (moved) to.push({ op: 'sync', point: SYNC_POINTS.cgroup, how: SYNC_HOW.notify + SYNC_HOW.wait });
  addNamespaces(to, container);
  const root = passesRoot(container);
  addDoors(to, doors, root ? 2 : 1);
  if (root) to.push({ op: 'adoptRoot', slot: 1 });
  to.push({ op: 'procfs' });
  if (container.keyring) to.push({ op: 'keyring', name: `_ses.${id}`, tolerate: true });
}

/** By the second stage alone: a container that may have one more process need not have room for two. */
function addDoors(to: Operation[], doors: number, first: number): void {
  if (doors === 0) return;
  const slots: number[] = [];
  for (let index = 0; index < doors; index++) slots.push(first + index);
  to.push({ op: 'enter', slots });
}

/** All at once: the kernel knows the order (setns(2) with a pidfd). */
function addNamespaces(to: Operation[], container: Joining): void {
  let flags = 0;
  for (const type of container.namespaces) flags += CLONE[type];
  if (flags > 0) to.push({ op: 'join', slot: 0, type: flags });
  if (hasTwoStages(container)) to.push({ op: 'clone', flags: 0 });
  const how = container.setgroupsDenied ? USER_HOW.keepGroups : 0;
  if (container.namespaces.includes('user')) to.push({ op: 'become', uid: 0, gid: 0, how, tolerate: true });
}
