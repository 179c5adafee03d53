/**
 * The order of a container's birth. This order is the security policy, so it is data: read it from top to bottom,
 * print it with `hoist spec --plan`. The reason for each place stands beside it.
 */

import type { Hook, Linux, Process, Spec } from '../spec/types.ts';
import { capabilitiesOperation, capabilitiesWithFilter } from './capabilities.ts';
import { deviceOperations, ownsDev } from './devices.ts';
import type { MountOperations } from './mount-operation.ts';
import { ATTRIBUTE, PROPAGATION, propagation } from './mount-options.ts';
import { isBind, mountOperations } from './mounts.ts';
import { CLONE, Namespaces } from './namespaces.ts';
import { HOOK_WHEN, type Operation, ROOT_HOW, SYNC_HOW, SYNC_POINTS } from './operations.ts';
import { cleanPath } from './paths.ts';
import type { Host, Plan, Request, Slot } from './plan.ts';
import {
  credentialOperations,
  executeOperation,
  labelOperations,
  limitOperations,
  lookupOperation,
  schedulingOperations,
} from './process.ts';

const DEFAULT_UMASK = 0o022;
const CWD_MODE = 0o755;
const MILLISECONDS = 1000;

/**
 * @param spec validated (spec/validate)
 * @returns the operations of hoist-init and what the parent must pass and do
 * @throws RuntimeError InvalidArgument, Unimplemented for what cannot be planned
 */
export function plan(spec: Spec, host: Host, request: Request): Plan {
  const { process } = spec;
  const linux = spec.linux ?? {};
  const namespaces = new Namespaces(linux);
  const slots: Slot[] = [];
  const mounts = mountOperations({ spec, namespaces, host, request });
  const operations: Operation[] = [
    ...namespaces.operations(host, slots, mounts.sources),
    // Before the rootfs: a keyring and an interface need nothing from it.
    ...(request.noNewKeyring ? [] : [{ op: 'keyring', name: `_ses.${request.id}`, tolerate: true } as const]),
    ...(namespaces.creates('network') ? [{ op: 'loopback', tolerate: namespaces.has('user') } as const] : []),
    ...rootfsOperations(spec, host, request, namespaces, mounts),
    ...identityOperations(spec),
    // After the last mount and the last write to /sys and /proc, so that nothing of the set-up is refused.
    ...(linux.readonlyPaths ?? []).map(
      (path): Operation => ({ op: 'readonly', path: cleanPath(path), ifPresent: true }),
    ),
    ...(linux.maskedPaths ?? []).map((path): Operation => ({ op: 'mask', path: cleanPath(path), ifPresent: true })),
    // Last of all mounts: what is unbindable cannot be cloned any more, not even by the lines above.
    ...propagateOperations(linux),
    ...(process
      ? processOperations(process, spec, host, request, slots)
      : [...waitOperations(request, slots), { op: 'end' } as const]),
  ];
  return {
    cloneFlags: namespaces.firstClone,
    twoStages: namespaces.twoStages,
    slots,
    operations,
    warnings: [...mounts.warnings, ...warningsOf(spec, host)],
  };
}

function rootfsOperations(
  spec: Spec,
  host: Host,
  request: Request,
  namespaces: Namespaces,
  mounts: MountOperations,
): Operation[] {
  const { process } = spec;
  const linux = spec.linux ?? {};
  const inDev = ownsDev(spec, (index) => isBind(spec.mounts?.[index] ?? { destination: '' }));
  return [
    { op: 'rootfs', path: request.rootfs, propagation: hostPropagation(linux) },
    ...mountsWithCgroup(mounts, namespaces),
    ...(inDev ? deviceOperations(spec, namespaces, host) : []),
    ...consoleOperations(process, inDev),
    ...hookOperations(spec),
    { op: 'root', how: rootHow(request, namespaces) },
    // Before the root turns read-only.
    ...(process ? [{ op: 'directory', path: cleanPath(process.cwd), mode: CWD_MODE, tolerate: true } as const] : []),
    ...mounts.readonlyAtEnd.map(readonlyOperation),
    ...(spec.root.readonly ? [readonlyOperation('/')] : []),
    { op: 'umask', mask: process?.user?.umask ?? DEFAULT_UMASK },
  ];
}

/**
 * The process enters its cgroups as late as possible, while the parent makes them, but before a cgroup mount shows where it is; its
 * cgroup namespace can only be made from inside.
 */
function mountsWithCgroup(
  { mounts, firstCgroup = mounts.length }: MountOperations,
  namespaces: Namespaces,
): Operation[] {
  const enter: Operation[] = [{ op: 'sync', point: SYNC_POINTS.cgroup, how: SYNC_HOW.wait }];
  if (namespaces.creates('cgroup')) enter.push({ op: 'unshare', flags: CLONE.cgroup });
  return [...mounts.slice(0, firstCgroup), ...enter, ...mounts.slice(firstCgroup)];
}

function consoleOperations(process: Process | undefined, inDev: boolean): Operation[] {
  if (!process?.terminal) return [];
  const { width = 0, height = 0 } = process.consoleSize ?? {};
  return [{ op: 'console', columns: width, rows: height, uid: process.user?.uid ?? 0, mount: inDev ? 1 : 0 }];
}

/** The parent runs prestart and createRuntime when it is told that the mounts stand; createContainer hooks run here, before the root is changed. */
function hookOperations(spec: Spec): Operation[] {
  const { prestart = [], createRuntime = [], createContainer = [] } = spec.hooks ?? {};
  if (prestart.length + createRuntime.length + createContainer.length === 0) return [];
  return [
    { op: 'sync', point: SYNC_POINTS.hooks, how: SYNC_HOW.notify + SYNC_HOW.wait },
    ...createContainer.map((hook, index) => hookOperation(hook, index, HOOK_WHEN.createContainer)),
  ];
}

function hookOperation(hook: Hook, index: number, when: number): Operation {
  const args = hook.args && hook.args.length > 0 ? hook.args : [hook.path];
  return {
    op: 'hook',
    when,
    index,
    path: hook.path,
    args,
    env: hook.env ?? [],
    timeout: (hook.timeout ?? 0) * MILLISECONDS,
  };
}

/** Names and kernel parameters of the container's own namespaces. */
function identityOperations(spec: Spec): Operation[] {
  const operations: Operation[] = [];
  if (spec.hostname) operations.push({ op: 'hostname', name: spec.hostname });
  if (spec.domainname) operations.push({ op: 'domainname', name: spec.domainname });
  for (const [name, value] of Object.entries(spec.linux?.sysctl ?? {})) {
    operations.push({ op: 'sysctl', path: sysctlPath(name), value });
  }
  return operations;
}

/** `net.ipv4.ip_forward` and `net/ipv4/ip_forward`; in the second form a dot is part of a name (sysctl.d(5)). */
function sysctlPath(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  return separator === '/' ? name : name.replaceAll('/', '\0').replaceAll('.', '/').replaceAll('\0', '.');
}

function processOperations(process: Process, spec: Spec, host: Host, request: Request, slots: Slot[]): Operation[] {
  const { noNewPrivileges = false, capabilities } = process;
  const filter: Operation[] = request.seccomp ? [{ op: 'seccomp', ...request.seccomp }] : [];
  // Without no_new_privs a filter needs CAP_SYS_ADMIN, which is then the very last thing to be taken away.
  const keepsAdmin = filter.length > 0 && !noNewPrivileges;
  return [
    ...labelOperations(process, host),
    ...(noNewPrivileges ? [{ op: 'noNewPrivileges' } as const] : []),
    ...schedulingOperations(process, spec),
    { op: 'affinity', tolerate: true },
    ...limitOperations(process),
    ...credentialOperations(process, request),
    keepsAdmin ? capabilitiesWithFilter(capabilities) : capabilitiesOperation(capabilities),
    { op: 'cwd', path: process.cwd },
    lookupOperation(process),
    ...waitOperations(request, slots),
    ...startHooks(spec, process),
    ...filter,
    ...(keepsAdmin ? [capabilitiesOperation(capabilities)] : []),
    executeOperation(process),
  ];
}

/** Everything is done: the parent sets limits and saves the state; then `create` waits for `start`. */
function waitOperations(request: Request, slots: Slot[]): Operation[] {
  const operations: Operation[] = [{ op: 'sync', point: SYNC_POINTS.ready, how: SYNC_HOW.notify + SYNC_HOW.wait }];
  if (request.fifo) {
    operations.push({ op: 'fifo', slot: slots.length });
    slots.push({ kind: 'fifo' });
  }
  return operations;
}

function startHooks(spec: Spec, process: Process): Operation[] {
  return (spec.hooks?.startContainer ?? []).map((hook, index) => {
    // runc: a startContainer hook without an environment gets the container's.
    const withEnv = hook.env ? hook : { ...hook, env: process.env ?? [] };
    return hookOperation(withEnv, index, HOOK_WHEN.startContainer);
  });
}

function readonlyOperation(path: string): Operation {
  return { op: 'attributes', path, set: ATTRIBUTE.readonly, clear: 0, recursive: 0 };
}

/** What the host's mounts become in our copy of them: slaves, unless the container asks for two-way propagation. */
function hostPropagation(linux: Linux): number {
  const wanted = linux.rootfsPropagation ? propagation(linux.rootfsPropagation) : undefined;
  const shared = wanted === PROPAGATION.shared || wanted === PROPAGATION.shared + PROPAGATION.recursive;
  return (shared ? PROPAGATION.shared : PROPAGATION.slave) + PROPAGATION.recursive;
}

function propagateOperations(linux: Linux): Operation[] {
  const flags = linux.rootfsPropagation ? propagation(linux.rootfsPropagation) : undefined;
  return flags === undefined ? [] : [{ op: 'propagate', flags }];
}

function rootHow(request: Request, namespaces: Namespaces): number {
  if (!namespaces.has('mount')) return ROOT_HOW.chroot;
  return request.noPivot ? ROOT_HOW.move : ROOT_HOW.pivot;
}

function warningsOf(spec: Spec, host: Host): string[] {
  const warnings = (spec.mounts ?? [])
    .filter((mount) => !mount.destination.startsWith('/'))
    .map((mount) => `mount destination ${mount.destination} is not absolute: relative paths are deprecated`);
  const { apparmorProfile, selinuxLabel } = spec.process ?? {};
  if (apparmorProfile && !host.apparmor)
    warnings.push(`AppArmor is not active on this host: ignoring the profile ${apparmorProfile}`);
  const label = selinuxLabel || spec.linux?.mountLabel;
  if (label && !host.selinux) warnings.push(`SELinux is not active on this host: ignoring the label ${label}`);
  if (spec.linux?.personality?.flags?.length) warnings.push('personality flags are not supported and are ignored');
  return warnings;
}
