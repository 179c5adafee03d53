/**
 * The order of a container's birth. This order is the security policy, so it is data: read it from top to bottom,
 * print it with `hoist spec --plan`. The reason for each place stands beside it.
 *
 * A word on style, here and in what this calls: loops and `push` instead of `map` and `filter`. This code runs once in a fresh process,
 * and the engine compiles each of those helpers when it is first used (30 to 120 µs each, docs/performance.md).
 */

import type { Linux, Process, Spec } from '../spec/types.ts';
import { addDevices, ownsDev } from './devices.ts';
import { addCreateHooks, addStartHooks } from './hooks.ts';
import { isIdMapped } from './id-mapping.ts';
import { addIdentity } from './identity.ts';
import { addFilter, addIdentityOfProcess, addSetting } from './last-steps.ts';
import type { MountOperations } from './mount-operation.ts';
import { ATTRIBUTE, PROPAGATION, propagation } from './mount-options.ts';
import { mountOperations } from './mounts.ts';
import { CLONE, Namespaces } from './namespaces.ts';
import { type Operation, ROOT_HOW, SYNC_HOW, SYNC_POINTS } from './operations.ts';
import { cleanPath } from './paths.ts';
import type { Host, Opening, Plan, Request, Slot } from './plan.ts';
import { executeOperation } from './process.ts';
import { addKeyring } from './selinux.ts';
import { warningsOf } from './warnings.ts';

const DEFAULT_UMASK = 0o022;
const CWD_MODE = 0o755;

/** Everything is done but the start: the parent sets limits, saves the state. */
const READY: Operation = { op: 'sync', point: SYNC_POINTS.ready, how: SYNC_HOW.notify + SYNC_HOW.wait };

/**
 * The namespaces, and what needs nothing else.
 *
 * @returns undefined where bind sources come first: then the whole plan must be known
 */
export function opening(spec: Spec, host: Host, request: Request): Opening | undefined {
  const namespaces = new Namespaces(spec.linux ?? {});
  if (isWhole(spec, namespaces)) return undefined;
  const slots: Slot[] = [];
  const operations = openingOperations(spec, namespaces, host, request, slots, []);
  operations.push({ op: 'more' });
  return { cloneFlags: namespaces.firstClone, slots, operations };
}

/** Bind sources are opened with the host's privileges, before any namespace: for a second stage, and to map their ids. */
function isWhole(spec: Spec, namespaces: Namespaces): boolean {
  if (namespaces.twoStages) return true;
  for (const mount of spec.mounts ?? []) if (isIdMapped(mount)) return true;
  return false;
}

/**
 * @param spec validated (spec/validate)
 * @returns the operations of hoist-init and what the parent must pass and do
 * @throws RuntimeError InvalidArgument, Unimplemented for what cannot be planned
 */
export function plan(spec: Spec, host: Host, request: Request): Plan {
  const linux = spec.linux ?? {};
  const namespaces = new Namespaces(linux);
  const slots: Slot[] = [];
  const mounts = mountOperations({ spec, namespaces, host, request, slots });
  const whole = isWhole(spec, namespaces);
  const operations = openingOperations(spec, namespaces, host, request, slots, mounts.sources);
  if (!whole) operations.push({ op: 'more' });
  const begun = whole ? 0 : operations.length;
  addRootfs(operations, spec, host, request, namespaces, mounts);
  addIdentity(operations, spec);
  // After the last mount and the last write to /sys and /proc, so that nothing of the set-up is refused.
  for (const path of linux.readonlyPaths ?? [])
    operations.push({ op: 'readonly', path: cleanPath(path), ifPresent: true });
  // Each once: a second mask would only hide the first.
  const masked = new Set<string>();
  for (const path of linux.maskedPaths ?? []) masked.add(cleanPath(path));
  for (const path of masked) operations.push({ op: 'mask', path, ifPresent: true });
  // After the last mount of all: an unbindable one cannot be cloned.
  const flags = linux.rootfsPropagation ? propagation(linux.rootfsPropagation) : undefined;
  if (flags !== undefined) operations.push({ op: 'propagate', flags });
  if (spec.process) addProcess(operations, spec.process, spec, host, request, slots);
  else addNothing(operations, slots);
  const { firstClone: cloneFlags, clones: twoStages } = namespaces;
  return {
    cloneFlags,
    twoStages,
    slots,
    operations,
    opening: begun,
    warnings: warningsOf(spec, host, mounts.warnings),
  };
}

/** The configuration has no process. */
function addNothing(to: Operation[], slots: readonly Slot[]): void {
  to.push(READY);
  addFifo(to, slots);
  to.push({ op: 'end' });
}

/** Network devices of the host are to be moved into the container's namespace. */
export function movesDevices(linux: Linux | undefined): boolean {
  for (const _ in linux?.netDevices) return true;
  return false;
}

function openingOperations(
  { linux, process }: Spec,
  namespaces: Namespaces,
  host: Host,
  request: Request,
  slots: Slot[],
  sources: readonly Operation[],
): Operation[] {
  const operations = namespaces.operations(host, slots, sources, request.setgroupsDenied);
  if (request.fifo) slots.push({ kind: 'fifo' });
  if (!request.noNewKeyring) addKeyring(operations, request.id, process, host);
  if (namespaces.creates('network')) operations.push({ op: 'loopback', tolerate: namespaces.has('user') });
  if (movesDevices(linux))
    operations.push({ op: 'sync', point: SYNC_POINTS.network, how: SYNC_HOW.notify + SYNC_HOW.wait });
  return operations;
}

function addRootfs(
  to: Operation[],
  spec: Spec,
  host: Host,
  request: Request,
  namespaces: Namespaces,
  mounts: MountOperations,
): void {
  const { process } = spec;
  to.push({ op: 'rootfs', path: request.rootfs, propagation: hostPropagation(spec.linux ?? {}, namespaces) });
  addMounts(to, mounts, namespaces);
  const inDev = ownsDev(spec);
  if (inDev) addDevices(to, spec, namespaces, host);
  addConsole(to, process, inDev);
  addCreateHooks(to, spec);
  to.push({ op: 'root', how: rootHow(request, namespaces) });
  // Before the root turns read-only.
  if (process) to.push({ op: 'directory', path: cleanPath(process.cwd), mode: CWD_MODE, tolerate: true });
  for (const path of mounts.readonlyAtEnd) to.push(readonlyOperation(path));
  if (spec.root.readonly) to.push(readonlyOperation('/'));
  to.push({ op: 'umask', mask: process?.user?.umask ?? DEFAULT_UMASK });
}

/**
 * The process enters its cgroups as late as possible, while the parent makes them, but before a cgroup mount shows where it is and
 * before it fills memory on behalf of the image; its cgroup namespace can only be made from inside.
 */
function addMounts(to: Operation[], { mounts, firstCgroup }: MountOperations, namespaces: Namespaces): void {
  const at = firstCgroup ?? mounts.length;
  for (let index = 0; index <= mounts.length; index++) {
    if (index === at) {
      to.push({ op: 'sync', point: SYNC_POINTS.cgroup, how: SYNC_HOW.wait });
      if (namespaces.creates('cgroup')) to.push({ op: 'unshare', flags: CLONE.cgroup });
    }
    const mount = mounts[index];
    if (mount) to.push(mount);
  }
}

function addConsole(to: Operation[], process: Process | undefined, inDev: boolean): void {
  if (!process?.terminal) return;
  const { width = 0, height = 0 } = process.consoleSize ?? {};
  to.push({ op: 'console', columns: width, rows: height, uid: process.user?.uid ?? 0, mount: inDev ? 1 : 0 });
}

function addProcess(
  to: Operation[],
  process: Process,
  spec: Spec,
  host: Host,
  request: Request,
  slots: readonly Slot[],
): void {
  const { personality, memoryPolicy } = spec.linux ?? {};
  addSetting(to, process, { personality: personality?.domain, memoryPolicy }, host);
  to.push({ op: 'affinity', tolerate: true });
  addIdentityOfProcess(to, process, request);
  to.push(READY);
  // While the device rules (v1) are being written every device is refused for a moment.
  if (!process.terminal) to.push({ op: 'nullDevice', ifPresent: true, tolerate: true });
  // The parent passes the listener on, and after `create` there is none. Nothing but the exec fifo and hooks come behind it.
  const early = request.seccomp?.listener === true;
  if (early) addFilter(to, process, request.seccomp);
  addFifo(to, slots);
  addStartHooks(to, spec, process);
  if (!early) addFilter(to, process, request.seccomp);
  to.push(executeOperation(process));
}

/** `create` waits for `start`. */
function addFifo(to: Operation[], slots: readonly Slot[]): void {
  for (let slot = 0; slot < slots.length; slot++) if (slots[slot]?.kind === 'fifo') to.push({ op: 'fifo', slot });
}

function readonlyOperation(path: string): Operation {
  return { op: 'attributes', path, set: ATTRIBUTE.readonly, clear: 0, recursive: 0 };
}

/**
 * What the host's mounts become in our copy of them: slaves, unless the container asks for two-way propagation; of its root alone
 * (`shared`): the others stay what they are. Without a copy: 0, nothing.
 */
function hostPropagation(linux: Linux, namespaces: Namespaces): number {
  if (!namespaces.has('mount')) return 0;
  if (linux.rootfsPropagation === 'shared') return PROPAGATION.shared;
  const flags = linux.rootfsPropagation === 'rshared' ? PROPAGATION.shared : PROPAGATION.slave;
  return flags + PROPAGATION.recursive;
}

function rootHow(request: Request, namespaces: Namespaces): number {
  if (!namespaces.has('mount')) return ROOT_HOW.chroot;
  return request.noPivot ? ROOT_HOW.move : ROOT_HOW.pivot;
}
