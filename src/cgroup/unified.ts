import { RuntimeError } from '../errors.ts';
import { type GroupNative, makeGroup, read } from './files.ts';
import { UNIFIED } from './location.ts';

/** Controllers that cannot work in a threaded group. cgroups(7). */
const THREADED = new Set(['cpu', 'cpuset', 'perf_event', 'pids']);

/**
 * Makes a v2 group whose controllers are all that the host has, as runc does (tools inside containers rely on it).
 *
 * @param needed controllers that limits will be set for.
 * @param made gets the directories that were made, the highest first, also when this throws.
 * @throws RuntimeError FailedPrecondition when a threaded group stands in the way of a limit.
 */
export function makeUnifiedGroup(
  native: GroupNative,
  directory: string,
  needed: readonly string[],
  made: string[],
): void {
  made.push(...makeGroup(native, directory));
  const top = topOf(native, directory);
  const all = controllersIn(native, top);
  const missing = () => {
    const there = controllersIn(native, directory);
    return all.filter((name) => !there.includes(name));
  };
  if (missing().length > 0) enable(native, top, directory, all);
  demandDomain(native, directory, needed);
}

/** Writes `+name` for every controller into cgroup.subtree_control of every group above, the highest first. */
function enable(native: GroupNative, top: string, directory: string, controllers: readonly string[]): void {
  const between = directory.slice(top.length + 1).split('/');
  for (let depth = 0; depth < between.length; depth++) {
    const group = [top, ...between.slice(0, depth)].join('/');
    const words = controllers.map((name) => `+${name}`);
    // One by one when the kernel refuses them together; what cannot be enabled is told when a limit needs it.
    if (!tryWrite(native, `${group}/cgroup.subtree_control`, words.join(' '))) {
      for (const word of words) tryWrite(native, `${group}/cgroup.subtree_control`, word);
    }
  }
}

function tryWrite(native: GroupNative, path: string, text: string): boolean {
  try {
    native.writeFile(path, text);
    return true;
  } catch {
    return false;
  }
}

/** The top of the tree that a group is in: /sys/fs/cgroup, or in a hybrid the only group above that has no cgroup.type. */
function topOf(native: GroupNative, directory: string): string {
  if (read(native, `${UNIFIED}/cgroup.controllers`) !== undefined) return UNIFIED;
  let top = directory;
  while (read(native, `${top}/cgroup.type`) !== undefined) top = top.slice(0, top.lastIndexOf('/'));
  return top;
}

const controllersIn = (native: GroupNative, group: string) =>
  (read(native, `${group}/cgroup.controllers`) ?? '').trim().split(' ').filter(Boolean);

/**
 * A group below one with processes and threaded controllers is "domain invalid": it can only become threaded, and then has no
 * memory, io or hugetlb limits.
 */
function demandDomain(native: GroupNative, directory: string, needed: readonly string[]): void {
  const type = (read(native, `${directory}/cgroup.type`) ?? 'domain').trim();
  if (type === 'domain') return;
  const domain = needed.filter((name) => !THREADED.has(name));
  if (domain.length > 0) {
    const state = type === 'domain invalid' ? 'an invalid state' : `${type} mode`;
    throw new RuntimeError(
      'FailedPrecondition',
      `cannot enter cgroupv2 "${directory}" with domain controllers -- it is in ${state}`,
      {
        stage: 'cgroup',
        path: directory,
        hint:
          `the group above it has processes of its own or is threaded, and limits of ${domain.join(', ')} cannot be there: ` +
          'choose another linux.cgroupsPath',
      },
    );
  }
  if (type === 'domain invalid') tryWrite(native, `${directory}/cgroup.type`, 'threaded');
}

/**
 * Gives a group to the root of the container's user namespace: the directory and the files that the kernel names for it
 * (cgroups(7), delegation). Its limits stay ours.
 */
export function delegate(native: GroupNative, directory: string, owner: number): void {
  const list = read(native, '/sys/kernel/cgroup/delegate') ?? 'cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n';
  for (const file of ['', ...list.trim().split('\n')]) {
    const path = file === '' ? directory : `${directory}/${file}`;
    const status = native.stat(path); // a kernel may name files that this group does not have
    if (status !== undefined) native.chown(path, owner, status.gid);
  }
}
