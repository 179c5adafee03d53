/** Device nodes and the links of /dev (spec: config-linux.md, Default Devices; runc's rootfs_linux.go). */

import type { Device, Spec } from '../spec/types.ts';
import { isBind } from './mounts.ts';
import type { Namespaces } from './namespaces.ts';
import { DEVICE_HOW, type Operation, SYMLINK_HOW } from './operations.ts';
import { cleanPath } from './paths.ts';
import type { Host } from './plan.ts';

const DEFAULT_DEVICES: readonly Device[] = [
  { type: 'c', path: '/dev/null', major: 1, minor: 3 },
  { type: 'c', path: '/dev/random', major: 1, minor: 8 },
  { type: 'c', path: '/dev/full', major: 1, minor: 7 },
  { type: 'c', path: '/dev/tty', major: 5, minor: 0 },
  { type: 'c', path: '/dev/zero', major: 1, minor: 5 },
  { type: 'c', path: '/dev/urandom', major: 1, minor: 9 },
];

/** S_IF* of stat(2). */
const FILE_TYPE = { c: 0x2000, u: 0x2000, b: 0x6000, p: 0x1000 } as const;
const ANYONE = 0o666;

const LINKS: readonly (readonly [target: string, path: string])[] = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
];

/** False when the host's /dev (or another folder) is bound over /dev: then nothing in it is ours to make. */
export function ownsDev(spec: Spec): boolean {
  for (const mount of spec.mounts ?? []) if (isBind(mount) && cleanPath(mount.destination) === '/dev') return false;
  return true;
}

/** The nodes of the spec and, where it does not name them, the default ones. /dev/ptmx is a link into devpts, never a node. */
function nodes(spec: Spec): Iterable<Device> {
  const wanted = new Map<string, Device>();
  for (const device of DEFAULT_DEVICES) wanted.set(device.path, device);
  for (const device of spec.linux?.devices ?? []) wanted.set(cleanPath(device.path), device);
  wanted.delete('/dev/ptmx');
  return wanted.values();
}

/** Every node and link below /dev, before the root is changed (binding needs the host's nodes). */
export function addDevices(to: Operation[], spec: Spec, namespaces: Namespaces, host: Host): void {
  // The kernel lets nobody make device nodes from a user namespace.
  const bind = namespaces.has('user') || host.inUserNamespace || host.euid !== 0 ? DEVICE_HOW.bind : 0;
  for (const { path, type, fileMode = ANYONE, major = 0, minor = 0, uid = 0, gid = 0 } of nodes(spec)) {
    const mode = FILE_TYPE[type] + (fileMode % 0o10000);
    to.push({ op: 'device', path: cleanPath(path), mode, major, minor, uid, gid, how: type === 'p' ? 0 : bind });
  }
  to.push({ op: 'symlink', target: 'pts/ptmx', path: '/dev/ptmx', how: SYMLINK_HOW.replace });
  for (const [target, path] of LINKS) to.push({ op: 'symlink', target, path, how: 0 });
  if (host.kcore) to.push({ op: 'symlink', target: '/proc/kcore', path: '/dev/core', how: 0 });
}
