/**
 * A mount of type `cgroup`: one cgroup2 mount on a unified host; on v1 a tmpfs with a mount per hierarchy and links for
 * controllers that share one (what systemd and every runtime do).
 */

import { RuntimeError } from '../errors.ts';
import { type MountContext, type MountOperations, mountOperation } from './mount-operation.ts';
import { ATTRIBUTE, type MountOptions } from './mount-options.ts';
import { MOUNT_HOW, MOUNT_WHAT } from './operations.ts';
import { baseName } from './paths.ts';
import type { Hierarchy, Request } from './plan.ts';

const UNIFIED = '/sys/fs/cgroup';
const NO_OPTIONS = { clear: 0, recursiveSet: 0, recursiveClear: 0, propagations: [], data: [] };

export function cgroupMount(
  context: MountContext,
  destination: string,
  options: MountOptions,
  result: MountOperations,
): void {
  const { host } = context;
  if (host.cgroup === 'none') {
    throw new RuntimeError(
      'FailedPrecondition',
      `cannot mount ${destination}: this host has no cgroup hierarchy mounted`,
      {
        stage: 'config',
        path: destination,
        hint: 'mount cgroups at /sys/fs/cgroup, or remove the mount of type cgroup from config.json',
      },
    );
  }
  if (host.cgroup === 'unified') result.mounts.push(unified(context, destination, options));
  else legacy(context, destination, options, result);
}

function unified({ namespaces, request }: MountContext, destination: string, options: MountOptions) {
  // In the machine's own cgroup namespace a new mount of cgroup2 would change the options of every mount of it: the
  // kernel takes nsdelegate, memory_recursiveprot and others from the machine unless they are named (apply_cgroup_root_flags
  // in kernel/cgroup/cgroup.c). And from a user namespace it cannot be mounted at all (runc issue 2158).
  if (!namespaces.has('cgroup')) {
    const own = namespaces.has('user');
    const source = (own ? request.cgroupPaths[UNIFIED] : undefined) ?? UNIFIED;
    const set = options.set + (own && !options.readonly ? guard(request, UNIFIED) : 0);
    const bound = { ...options, data: [], set };
    return mountOperation({ what: MOUNT_WHAT.bind, how: 0, source, destination, type: '' }, bound);
  }
  const place = { what: MOUNT_WHAT.filesystem, how: 0, source: 'cgroup', destination, type: 'cgroup2' };
  return mountOperation(place, options);
}

/** The caller's own group is not the container's to write, even if the caller's user may (CVE-2023-25809). */
function guard({ callersCgroups, cgroupPaths }: Request, mountPoint: string): number {
  const own = mountPoint in cgroupPaths && !callersCgroups.includes(mountPoint);
  return own ? 0 : ATTRIBUTE.readonly;
}

function legacy(context: MountContext, destination: string, options: MountOptions, result: MountOperations): void {
  const { readonly, propagations } = options;
  const plain = ATTRIBUTE.nosuid + ATTRIBUTE.nodev + ATTRIBUTE.noexec;
  const tmpfs = { what: MOUNT_WHAT.filesystem, how: 0, source: 'tmpfs', destination, type: 'tmpfs' };
  result.mounts.push(mountOperation(tmpfs, { ...NO_OPTIONS, set: plain, data: ['mode=755'] }));
  for (const hierarchy of context.host.hierarchies) {
    if (hierarchy.controllers.length === 0) continue;
    const name = baseName(hierarchy.mountPoint);
    const set = plain + (readonly ? ATTRIBUTE.readonly : 0);
    const place = `${destination}/${name}`;
    result.mounts.push(
      context.namespaces.has('cgroup')
        ? mountOperation(
            { what: MOUNT_WHAT.filesystem, how: 0, source: sourceOf(hierarchy), destination: place, type: 'cgroup' },
            { ...NO_OPTIONS, set, propagations, data: dataOf(hierarchy) },
          )
        : mountOperation(
            {
              what: MOUNT_WHAT.bind,
              how: MOUNT_HOW.recursive,
              source: context.request.cgroupPaths[hierarchy.mountPoint] ?? hierarchy.mountPoint,
              destination: place,
              type: '',
            },
            { ...NO_OPTIONS, set: set + (readonly ? 0 : guard(context.request, hierarchy.mountPoint)), propagations },
          ),
    );
    if (hierarchy.controllers.length > 1) {
      for (const controller of hierarchy.controllers) {
        result.mounts.push({ op: 'symlink', target: name, path: `${destination}/${controller}`, how: 0 });
      }
    }
  }
  if (readonly) result.readonlyAtEnd.push(destination);
}

/** `cpu,cpuacct` are two flags of the file system, a named hierarchy has no controller. */
/** `systemd` for the one of that name, as runc calls it. */
function sourceOf({ controllers: [first = ''] }: Hierarchy): string {
  return first.startsWith('name=') ? first.slice('name='.length) : 'cgroup';
}

function dataOf(hierarchy: Hierarchy): string[] {
  const [first = ''] = hierarchy.controllers;
  return first.startsWith('name=') ? ['none', first] : [...hierarchy.controllers];
}
