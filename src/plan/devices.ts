/** Device nodes and the links of /dev (spec: config-linux.md, Default Devices; runc's rootfs_linux.go). */

import type { Device, Spec } from '../spec/types.ts';
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
export function ownsDev(spec: Spec, isBind: (index: number) => boolean): boolean {
  return !(spec.mounts ?? []).some((mount, index) => cleanPath(mount.destination) === '/dev' && isBind(index));
}

/** The nodes of the spec and, where it does not name them, the default ones. /dev/ptmx is a link into devpts, never a node. */
function nodes(spec: Spec): Device[] {
  const wanted = new Map<string, Device>(DEFAULT_DEVICES.map((device) => [device.path, device]));
  for (const device of spec.linux?.devices ?? []) wanted.set(cleanPath(device.path), device);
  wanted.delete('/dev/ptmx');
  return [...wanted.values()];
}

/** Operations for every node and link below /dev, before the root is changed (binding needs the host's nodes). */
export function deviceOperations(spec: Spec, namespaces: Namespaces, host: Host): Operation[] {
  // The kernel lets nobody make device nodes from a user namespace.
  const how = namespaces.has('user') || host.inUserNamespace || host.euid !== 0 ? DEVICE_HOW.bind : 0;
  const operations: Operation[] = nodes(spec).map((device) => ({
    op: 'device',
    path: cleanPath(device.path),
    mode: FILE_TYPE[device.type] + ((device.fileMode ?? ANYONE) % 0o10000),
    major: device.major ?? 0,
    minor: device.minor ?? 0,
    uid: device.uid ?? 0,
    gid: device.gid ?? 0,
    how: device.type === 'p' ? 0 : how,
  }));
  operations.push({ op: 'symlink', target: 'pts/ptmx', path: '/dev/ptmx', how: SYMLINK_HOW.replace });
  const links = host.kcore ? [...LINKS, ['/proc/kcore', '/dev/core'] as const] : LINKS;
  for (const [target, path] of links) operations.push({ op: 'symlink', target, path, how: 0 });
  return operations;
}
