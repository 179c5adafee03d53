/**
 * The root file system of a task: mounts that containerd's snapshotter has described (containerd.types.Mount), which the shim performs onto
 * the bundle, and takes away at the end.
 */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { fits, shortened } from './lower-folders.ts';
import { whileMapped, withMappedLayers } from './mapped-layers.ts';
import { type MountOptions, MS, parseMountOptions } from './mount-options.ts';
import { lockedFlags, unmountRootfs } from './mounted.ts';

export { unmountRootfs } from './mounted.ts';

/** containerd.types.Mount. */
export interface LayerMount {
  readonly type: string;
  readonly source: string;
  /** A folder inside what the mounts before it have made; empty for the whole. */
  readonly target: string;
  readonly options: readonly string[];
}

const ROOTFS_MODE = 0o711;

/**
 * Performs the mounts in order. The folder is made when it is missing.
 * @param target the absolute path of `rootfs` in the bundle
 * @throws RuntimeError; nothing is mounted then
 */
export function mountRootfs(mounts: readonly LayerMount[], target: string): void {
  native.mkdir(target, ROOTFS_MODE);
  try {
    for (const mount of mounts) mountLayer(mount, target);
  } catch (error) {
    unmountRootfs(target);
    throw error;
  }
}

function mountLayer(mount: LayerMount, target: string): void {
  if (/^fuse3?\./.test(mount.type)) throw needsHelper(mount);
  const { uidMap, gidMap, ...options } = parseMountOptions(mount.options);
  if (uidMap === undefined || gidMap === undefined) return perform(mount, options, target);
  whileMapped(uidMap, gidMap, (namespace) => {
    if (mount.type === 'overlay') {
      return withMappedLayers(options.data, target, namespace, (data) => perform(mount, { ...options, data }, target));
    }
    perform(mount, options, target);
    at(mount, target, (place) => native.mountMapped(place, place, namespace, (options.flags & MS.rdonly) !== 0));
  });
}

type PlainOptions = Pick<MountOptions, 'flags' | 'data' | 'loop'>;

function perform(mount: LayerMount, { flags, data, loop }: PlainOptions, target: string): void {
  const device = loop ? attach(mount, flags, data) : undefined;
  const options = mount.type === 'overlay' ? shortened(data) : { data, folder: undefined };
  if (!fits(options.data)) throw tooLong(mount);
  const text = options.data.filter((each) => !loop || each !== DIRECT).join(',');
  try {
    // A remount that changes nothing of the file system is the second call only (moby/moby#34077).
    if ((flags & MS.remount) === 0 || text !== '') {
      const source = device?.path ?? mount.source;
      at(mount, target, (place) => call(mount, { source, place, flags, text, folder: options.folder }));
    }
  } finally {
    if (device) native.close(device.descriptor);
  }
  // The kernel does not look at any other flag of a bind mount that is made.
  if ((flags & MS.bind) !== 0 && (flags & MS.rdonly) !== 0) at(mount, target, (place) => remount(mount, place, flags));
}

const DIRECT = 'direct-io';

function attach(mount: LayerMount, flags: number, data: readonly string[]): { path: string; descriptor: number } {
  try {
    return native.attachLoop(mount.source, (flags & MS.rdonly) !== 0, data.includes(DIRECT));
  } catch (error) {
    throw failure(error, `cannot make ${mount.source} a loop device`);
  }
}

/** Where a mount goes: below the root, links are followed as if it were the root of everything. */
function at(mount: LayerMount, target: string, act: (place: string) => void): void {
  if (mount.target === '') return act(target);
  let folder = -1;
  try {
    folder = native.openInRoot(target, mount.target);
  } catch (error) {
    throw failure(error, `failed to join path ${JSON.stringify(mount.target)} with root ${JSON.stringify(target)}`);
  }
  try {
    act(`/proc/self/fd/${folder}`);
  } finally {
    native.close(folder);
  }
}

interface MountCall {
  readonly source: string;
  readonly place: string;
  readonly flags: number;
  readonly text: string;
  readonly folder: string | undefined;
}

function call({ type }: LayerMount, { source, place, flags, text, folder }: MountCall): void {
  try {
    native.mount({ source, target: place, type, flags, data: text, folder });
  } catch (error) {
    const what = `mount source: ${JSON.stringify(source)}, target: ${JSON.stringify(place)}, fstype: ${type}, flags: ${flags}`;
    throw failure(error, `${what}, data: ${JSON.stringify(text)}`);
  }
}

function remount(mount: LayerMount, place: string, flags: number): void {
  const again = { source: '', place, flags: flags | MS.remount, text: '', folder: undefined };
  try {
    call(mount, again);
  } catch (error) {
    const locked = lockedFlags(place);
    // In a user namespace some flags of what was bound must stay as they are.
    if (!(error instanceof RuntimeError) || error.detail.errno !== 'EPERM' || locked === 0) throw error;
    call(mount, { ...again, flags: again.flags | locked });
  }
}

/** Not one of the codes that containerd acts upon, like Go's. */
function failure(error: unknown, what: string): unknown {
  if (!isSystemError(error)) return error;
  const { syscall, code: errno, path, message } = error;
  const reason = message.slice(message.lastIndexOf(': ') + 2);
  const detail = { stage: 'rootfs', syscall, errno, path };
  return new RuntimeError('Internal', `failed to mount rootfs component: ${what}, err: ${reason}`, detail, error);
}

function tooLong({ type }: LayerMount): RuntimeError {
  const message = `failed to mount rootfs component: mount options is too long (fstype: ${type})`;
  return new RuntimeError('InvalidArgument', message, { stage: 'rootfs', hint: 'mount(2) takes 4095 bytes' });
}

function needsHelper({ type }: LayerMount): RuntimeError {
  const message = `failed to mount rootfs component: type ${type} needs the program mount.${type.split('.')[0]}, which this shim does not call`;
  return new RuntimeError('FailedPrecondition', message, { stage: 'rootfs', hint: 'use another snapshotter' });
}
