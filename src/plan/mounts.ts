/** The mounts of the spec, in its order, as operations (spec: config.md, Mounts; runc's rootfs_linux.go). */

import { RuntimeError } from '../errors.ts';
import type { Mount } from '../spec/types.ts';
import { bindAttributes } from './bind-attributes.ts';
import { cgroupMount } from './cgroup-mount.ts';
import { isIdMapped, mappingSlot } from './id-mapping.ts';
import { type MountContext, type MountOperations, mountOperation } from './mount-operation.ts';
import { ATTRIBUTE, isSuperblockWord, type MountOptions, PROPAGATION, parseMountOptions } from './mount-options.ts';
import { MOUNT_HOW, MOUNT_WHAT, NO_SLOT } from './operations.ts';
import { cleanPath, hostPath } from './paths.ts';
import { contextOption } from './selinux.ts';

/** Files of /proc that may be mounted over (lxcfs and the like), as in runc. */
const PROC_FILES = new Set([
  '/proc/cpuinfo',
  '/proc/diskstats',
  '/proc/meminfo',
  '/proc/stat',
  '/proc/swaps',
  '/proc/uptime',
  '/proc/loadavg',
  '/proc/slabinfo',
  '/proc/net/dev',
  '/proc/sys/kernel/ns_last_pid',
  '/proc/sys/crypto/fips_enabled',
]);

/** File systems whose superblock is shared or made anew by the kernel: read-only is the mount's business alone. */
const PSEUDO = new Set(['proc', 'sysfs', 'mqueue', 'devpts', 'tmpfs', 'ramfs', 'cgroup', 'cgroup2']);

/** True for a bind mount: by option, as in runc, or by type, as in crun. */
export function isBind(mount: Mount): boolean {
  const { type, options = [] } = mount;
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

/**
 * @throws RuntimeError InvalidArgument: options that make no sense
 */
export function mountOperations(context: MountContext): MountOperations {
  const result: MountOperations = { sources: [], mounts: [], readonlyAtEnd: [], firstCgroup: undefined, warnings: [] };
  for (const mount of context.spec.mounts ?? []) {
    const destination = withoutRoot(mount.destination, context.request.rootfs);
    const options = parseMountOptions(mount.options ?? []);
    const bind = isBind(mount);
    const mapping = isIdMapped(mount) ? mappingSlot(context, mount, options, bind) : NO_SLOT;
    if (bind) bindMount(context, mount, destination, options, mapping, result);
    else if (mount.type === 'cgroup') {
      result.firstCgroup ??= result.mounts.length;
      cgroupMount(context, destination, options, result);
    } else fileSystem(context, mount, destination, options, result);
  }
  return result;
}

/** Some callers give the path on the host: the rootfs in front is taken off, as in runc. */
function withoutRoot(destination: string, rootfs: string): string {
  const path = cleanPath(destination);
  if (path === rootfs) return '/';
  return rootfs !== '/' && path.startsWith(`${rootfs}/`) ? path.slice(rootfs.length) : path;
}

function bindMount(
  context: MountContext,
  mount: Mount,
  destination: string,
  options: MountOptions,
  mapping: number,
  result: MountOperations,
) {
  // A bind has no file system of its own to give options to; crun ignores them, and so do bundles that have them.
  for (const word of options.data) {
    if (isSuperblockWord(word)) continue;
    result.warnings.push(`bind mount of ${destination}: ignoring ${word}, it has no effect on a bind mount`);
  }
  if (!mount.source) {
    throw new RuntimeError('InvalidArgument', `bind mount of ${destination} has no source`, {
      stage: 'config',
      path: destination,
    });
  }
  const source = hostPath(mount.source, context.request.bundle);
  let how = (options.recursive ? MOUNT_HOW.recursive : 0) + followFlags(options);
  if (PROC_FILES.has(destination)) how += MOUNT_HOW.insideProc;
  if (destination === '/proc') how += MOUNT_HOW.sourceIsProc;
  if (mapping !== NO_SLOT || isOpenedEarly(context, source)) {
    const below = options.idMap?.below ? MOUNT_HOW.mapBelow : 0;
    result.sources.push({
      op: 'openSource',
      source,
      how: how + below + (isTwoWay(options) ? MOUNT_HOW.twoWay : 0),
      mapping,
    });
    how += MOUNT_HOW.early;
  }
  const attributes = bindAttributes(options, context.namespaces.has('user') || context.host.inUserNamespace);
  result.mounts.push(
    mountOperation(
      { what: MOUNT_WHAT.bind, how, source, destination, type: '' },
      { ...options, ...attributes, data: [] },
    ),
  );
}

/**
 * A source that only the host's root can reach is opened before the user namespace is entered. In the rootfs there may be a mount by
 * then that is still to be made.
 */
function isOpenedEarly(context: MountContext, source: string): boolean {
  const { request, namespaces, host, sourcesFirst } = context;
  const { rootfs } = request;
  if (sourcesFirst) return true;
  if (source === rootfs || source.startsWith(`${rootfs}/`)) return false;
  return namespaces.has('user') && host.euid === 0 && !host.inUserNamespace;
}

function isTwoWay({ propagations }: MountOptions): boolean {
  for (const flags of propagations)
    if (flags === PROPAGATION.shared || flags === PROPAGATION.shared + PROPAGATION.recursive) return true;
  return false;
}

function fileSystem(
  context: MountContext,
  mount: Mount,
  destination: string,
  options: MountOptions,
  result: MountOperations,
) {
  const type = mount.type ?? '';
  if (type === '') {
    throw new RuntimeError('InvalidArgument', `mount of ${destination} has no type and is no bind mount`, {
      stage: 'config',
      path: destination,
    });
  }
  let how = followFlags(options);
  const data = [...options.data];
  if (type === 'proc' || type === 'sysfs') how += MOUNT_HOW.ordinary;
  if (PROC_FILES.has(destination)) how += MOUNT_HOW.insideProc;
  if (type === 'tmpfs' && options.copyUp) {
    how += MOUNT_HOW.copyUp;
    // The image decides how much is copied: into memory that the container's limit must count.
    result.firstCgroup ??= result.mounts.length;
  }
  if (type === 'tmpfs' && !hasMode(data)) how += MOUNT_HOW.inheritMode;
  let { set } = options;
  if (options.readonly && (type === 'tmpfs' || destination === '/dev')) {
    // Devices and mount points are still to be made in it.
    set -= ATTRIBUTE.readonly;
    result.readonlyAtEnd.push(destination);
  } else if (options.readonly && !PSEUDO.has(type)) data.push('ro');
  const label = contextOption(context.spec, context.host, type);
  if (label) data.push(label);
  const source = mount.source || type;
  result.mounts.push(
    mountOperation({ what: MOUNT_WHAT.filesystem, how, source, destination, type }, { ...options, set, data }),
  );
}

function hasMode(data: readonly string[]): boolean {
  for (const word of data) if (word.startsWith('mode=')) return true;
  return false;
}

function followFlags(options: MountOptions): number {
  return (
    (options.sourceNoFollow ? MOUNT_HOW.sourceNoFollow : 0) +
    (options.destinationNoFollow ? MOUNT_HOW.destinationNoFollow : 0)
  );
}
