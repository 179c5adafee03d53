/** What is mounted in the place of a root file system. */

import { isSystemError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { MS } from './mount-options.ts';

const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;
const MOUNTINFO = '/proc/self/mountinfo';
const BYTES = 256 * 1024 * 1024;

/** What a bind mount in a user namespace may not lose; the names are mountinfo's. */
const LOCKED: Readonly<Record<string, number>> = {
  nosuid: MS.nosuid,
  nodev: MS.nodev,
  noexec: MS.noexec,
  noatime: MS.noatime,
  nodiratime: MS.nodiratime,
  relatime: MS.relatime,
};

/** Where the layers of an overlay are mounted once more, for a moment (mapped-layers.ts). */
export function mappedPlace(target: string): string {
  return `${target}.mapped`;
}

/** Unmounts everything at and below the folder; no error when there is nothing. @param target `rootfs` in the bundle */
export function unmountRootfs(target: string): void {
  if (unmount(target)) return;
  // The folder itself is no mount, but something below it may be, or a `create` was killed half-way.
  const text = native.readFile(MOUNTINFO, BYTES);
  const [inside, mapped] = [`${escaped(target)}/`, escaped(mappedPlace(target))];
  if (!text.includes(inside) && !text.includes(mapped)) return;
  const places = mountPoints(text).filter((point) => point.startsWith(inside) || point === mapped);
  for (const point of places.sort((one, other) => other.length - one.length)) unmount(unescaped(point));
}

/** All that lies on top of each other. False when there was nothing. */
function unmount(path: string): boolean {
  let found = false;
  while (unmountOne(path)) found = true;
  return found;
}

/**
 * At once where possible, so that the layers are free when the task is gone; with what is mounted inside, or in use, once nobody uses it.
 */
function unmountOne(path: string): boolean {
  try {
    native.unmount(path, UMOUNT_NOFOLLOW);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return false;
    if (!isSystemError(error, 'EBUSY')) throw error;
  }
  native.unmount(path, UMOUNT_NOFOLLOW + MNT_DETACH);
  return true;
}

/** The flags of the uppermost mount at a path that a remount must not take away. */
export function lockedFlags(path: string): number {
  const point = escaped(path.startsWith('/proc/self/fd/') ? native.readLink(path) : path);
  let flags = 0;
  for (const line of native.readFile(MOUNTINFO, BYTES).split('\n')) {
    const [, , , , place, options = ''] = line.split(' ');
    if (place === point) flags = options.split(',').reduce((sum, word) => sum | (LOCKED[word] ?? 0), 0);
  }
  return flags;
}

/** The fifth field; proc_pid_mountinfo(5). */
function mountPoints(text: string): string[] {
  return text.split('\n').map((line) => line.split(' ')[4] ?? '');
}

function escaped(path: string): string {
  return path.replace(/[ \t\n\\]/g, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
