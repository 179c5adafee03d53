/**
 * Mounts of a container that runs already (crun's `mounts`). Sources are opened as in a birth, with the host's rights, by a process
 * that then joins the container: from there on it is the container's root, and cannot reach what that could not.
 */

import type { Linux, Mount, NamespaceType } from '../spec/types.ts';
import { mountOperations } from './mounts.ts';
import { CLONE, Namespaces } from './namespaces.ts';
import type { Operation } from './operations.ts';
import { cleanPath } from './paths.ts';
import type { Host, Request, Slot } from './plan.ts';

export interface LiveMounts {
  /** Behind them the parent passes a pidfd of the container's first process. */
  readonly slots: readonly Slot[];
  readonly operations: readonly Operation[];
  readonly warnings: readonly string[];
}

/**
 * @param types the namespaces that the container does not share with the host; `mount` is one of them
 * @throws RuntimeError InvalidArgument for options that make no sense
 */
export function addition(mounts: Mount[], types: readonly NamespaceType[], host: Host, request: Request): LiveMounts {
  const linux: Linux = { namespaces: types.map((type) => ({ type })) };
  const spec = { ociVersion: '1.0.0', root: { path: request.rootfs }, mounts, linux };
  const slots: Slot[] = [];
  const context = { spec, namespaces: new Namespaces(linux), host, request, slots, sourcesFirst: true };
  const { sources, mounts: made, warnings } = mountOperations(context);
  const operations = [...sources, ...entry(types, slots.length), ...made, END];
  return { slots, operations: [HIDDEN, PROCFS, ...operations], warnings };
}

/** @param destinations absolute, in the container; the topmost mount at each is taken away */
export function removal(destinations: readonly string[], types: readonly NamespaceType[]): LiveMounts {
  const operations: Operation[] = [HIDDEN, PROCFS, ...entry(types, 0)];
  for (const destination of destinations) operations.push({ op: 'unmount', path: cleanPath(destination) });
  return { slots: [], operations: [...operations, END], warnings: [] };
}

/** CVE-2016-9962: whoever is in the namespaces that we join must not be able to look at us. */
const HIDDEN: Operation = { op: 'dumpable', value: 0 };
const PROCFS: Operation = { op: 'procfs' };
const END: Operation = { op: 'end' };

/**
 * Besides the mounts and the users what decides what a new sysfs, mqueue or NFS shows: the host's would be there otherwise. Not the pids:
 * nobody in the container is to see us, who hold sources of the host.
 */
const JOINED: readonly NamespaceType[] = ['mount', 'user', 'network', 'ipc', 'cgroup'];

function entry(types: readonly NamespaceType[], slot: number): Operation[] {
  let type = 0;
  for (const one of JOINED) if (types.includes(one)) type += CLONE[one];
  const join: Operation = { op: 'join', slot, type };
  return types.includes('user') ? [join, { op: 'become', uid: 0, gid: 0, how: 0, tolerate: true }] : [join];
}
