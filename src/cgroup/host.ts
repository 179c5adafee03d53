import type { Native } from '../host/native.ts';
import { type Hierarchies, type HierarchyMount, HYBRID, parseMounts, parseOwnGroups, UNIFIED } from './location.ts';

const CGROUP_MAGIC = 0x27e0eb;
const CGROUP2_MAGIC = 0x63677270;
const TMPFS_MAGIC = 0x01021994;

/** The part of the addon that looking around takes. */
export type LocationNative = Pick<Native, 'readFile' | 'fileSystem' | 'stat' | 'readDirectory'>;

/**
 * Finds the hierarchies of this process's mount namespace.
 *
 * mountinfo has a line per mount of every container on the host, so it is read only when the usual places
 * (`/sys/fs/cgroup/<controllers>` on a tmpfs) do not answer the question. A dozen statfs(2) instead.
 */
export function findHierarchies(native: LocationNative): Hierarchies {
  const top = fileSystem(native, UNIFIED);
  const own = parseOwnGroups(native.readFile('/proc/self/cgroup'));
  if (top === CGROUP2_MAGIC) return { version: 2, mounts: new Map(), own };
  const mounts = (top === TMPFS_MAGIC ? usualMounts(native, own) : undefined) ?? listedMounts(native, top, own);
  if (fileSystem(native, HYBRID) === CGROUP2_MAGIC) mounts.set('', { point: HYBRID, root: '/' });
  return { version: 1, mounts, own };
}

function listedMounts(
  native: LocationNative,
  top: number,
  own: ReadonlyMap<string, string>,
): Map<string, HierarchyMount> {
  const text = native.readFile('/proc/self/mountinfo');
  const usable = (point: string) => fileSystem(native, point) === CGROUP_MAGIC;
  return parseMounts(text, own.keys(), top === TMPFS_MAGIC ? `${UNIFIED}/` : '', usable);
}

/** undefined when something is there that only mountinfo can explain. */
function usualMounts(
  native: LocationNative,
  own: ReadonlyMap<string, string>,
): Map<string, HierarchyMount> | undefined {
  const mounts = new Map<string, HierarchyMount>();
  for (const { name: entry, kind } of native.readDirectory(UNIFIED)) {
    const point = `${UNIFIED}/${entry}`;
    if (kind !== 'directory' || point === HYBRID || fileSystem(native, point) !== CGROUP_MAGIC) continue;
    // `cpu,cpuacct` is one directory; `cpu` beside it is a link, which nothing needs.
    for (const part of entry.split(',')) {
      const name = own.has(part) ? part : `name=${part}`;
      const group = own.get(name);
      if (group === undefined) return undefined;
      // The top of a hierarchy has inode 1 (kernfs); anything else is a bind mount of some group.
      if (group !== '/' && native.stat(point)?.inode !== 1n) return undefined;
      mounts.set(name, { point, root: '/' });
    }
  }
  return mounts.size === 0 ? undefined : mounts;
}

/** f_type, or 0 when there is nothing. */
function fileSystem(native: LocationNative, path: string): number {
  try {
    return native.fileSystem(path);
  } catch {
    return 0;
  }
}
