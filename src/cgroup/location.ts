import { RuntimeError } from '../errors.ts';

/** Where the hierarchies of this host are mounted, and which group we are in ourselves. */
export interface Hierarchies {
  /** 2 when /sys/fs/cgroup is a cgroup2 mount (runc's test), else 1. */
  readonly version: 1 | 2;
  /** Version 1: controller (`cpu`, `name=systemd`) to its mount; a hybrid's cgroup2 mount has the name ''. */
  readonly mounts: ReadonlyMap<string, HierarchyMount>;
  /** Controller to our own group, as /proc/self/cgroup has it; '' is version 2. */
  readonly own: ReadonlyMap<string, string>;
}

export interface HierarchyMount {
  readonly point: string;
  /** Which group of the hierarchy the mount shows at its top. */
  readonly root: string;
}

/** The mount of the unified hierarchy, and in a hybrid the place where systemd puts it. */
export const UNIFIED = '/sys/fs/cgroup';
export const HYBRID = '/sys/fs/cgroup/unified';

/** v1 controllers in runc's order: cpuset first, its group takes no process before it has processors. */
const CONTROLLERS_V1 = [
  'cpuset',
  'devices',
  'memory',
  'cpu',
  'cpuacct',
  'pids',
  'blkio',
  'hugetlb',
  'net_cls',
  'net_prio',
  'perf_event',
  'freezer',
  'rdma',
  'name=systemd',
  'misc',
] as const;

/** `/proc/<pid>/cgroup`: controller to path. Co-mounted controllers are apart (`4:cpu,cpuacct:/a` gives two). cgroups(7). */
export function parseOwnGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (first < 0 || second < 0) continue;
    for (const name of line.slice(first + 1, second).split(',')) groups.set(name, line.slice(second + 1));
  }
  return groups;
}

/**
 * The v1 mounts of a mountinfo file by controller; the first usable mount of a controller counts. proc_pid_mountinfo(5).
 *
 * @param below only mounts at or below this path.
 * @param usable false for a mount that another one covers: it is still listed.
 */
export function parseMounts(
  text: string,
  controllers: Iterable<string>,
  below = '',
  usable: (point: string) => boolean = () => true,
): Map<string, HierarchyMount> {
  const wanted = new Set(controllers);
  const mounts = new Map<string, HierarchyMount>();
  for (const line of text.split('\n')) {
    const dash = line.indexOf(' - cgroup ');
    if (dash < 0) continue;
    const fields = line.slice(0, dash).split(' ');
    const mount = { point: unescapePath(fields[4] ?? ''), root: unescapePath(fields[3] ?? '/') };
    if (!mount.point.startsWith(below) || !usable(mount.point)) continue;
    for (const option of line.slice(line.lastIndexOf(' ') + 1).split(',')) {
      const known = mounts.get(option);
      // The same place again lies on top of what was there.
      if (wanted.has(option) && (known === undefined || known.point === mount.point)) mounts.set(option, mount);
    }
  }
  return mounts;
}

/** Blanks and the like are octal in mountinfo. */
export const unescapePath = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/**
 * Resolves `.`, `..` and double slashes by text; `..` never climbs above the start. An absolute path stays absolute, a
 * relative one relative: `../../x` is `x` (runc's CleanPath; groups have no symlinks, so text is the truth).
 */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}

/**
 * Controller to directory for a container, by runc's rules. An absolute cgroupsPath counts from the top of each mount; a relative
 * one (and the id when there is none) from our own group, on v2 from the parent of our own group, because a group with
 * processes of its own cannot pass controllers on.
 *
 * @throws RuntimeError FailedPrecondition without a devices hierarchy on v1: such a container could open every device;
 * InvalidArgument when the path is the top of the hierarchies
 */
export function containerPaths(host: Hierarchies, cgroupsPath: string | undefined, id: string): Record<string, string> {
  const clean = cgroupsPath === undefined ? '' : cleanPath(cgroupsPath);
  const absolute = clean.startsWith('/');
  // Limits there, and whoever ends a container ends all in its group, would be the whole machine's.
  if (clean === '/') throw topmost(cgroupsPath);
  const inner = absolute ? clean : `/${clean === '' ? id : clean}`;
  if (host.version === 2) return { '': UNIFIED + (absolute ? inner : aboveOwn(host) + inner) };
  const paths: Record<string, string> = {};
  for (const name of CONTROLLERS_V1) {
    const mount = host.mounts.get(name);
    if (mount !== undefined) paths[name] = (absolute ? mount.point : ownDirectory(host, name, mount)) + inner;
    else if (name === 'devices') throw missing(name);
  }
  const hybrid = host.mounts.get('');
  if (hybrid !== undefined) paths[''] = hybrid.point + inner; // runc's rule: never below our own group
  return paths;
}

function topmost(path: string | undefined): RuntimeError {
  const words = `linux.cgroupsPath: ${JSON.stringify(path)} is the top of the hierarchies, not a group of the container's own`;
  return new RuntimeError('InvalidArgument', words, { stage: 'cgroup', hint: 'name a group, for example /pods/one' });
}

function missing(name: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', `mountpoint for ${name} not found`, {
    stage: 'cgroup',
    hint: `mount the cgroup v1 controllers below ${UNIFIED}, or boot with cgroup v2`,
  });
}

/** The group above our own, as a path to put behind the mount: '' at the top. */
function aboveOwn(host: Hierarchies): string {
  const own = host.own.get('');
  if (own === undefined) throw new RuntimeError('FailedPrecondition', 'cgroup path not found', { stage: 'cgroup' });
  const clean = cleanPath(own);
  return clean.slice(0, clean.lastIndexOf('/'));
}

/** Our own group in a v1 hierarchy. In a container without a cgroup namespace the mount's root is below the host's. */
function ownDirectory(host: Hierarchies, name: string, { point, root }: HierarchyMount): string {
  const own = host.own.get(name);
  if (own === undefined || own === '/') return point;
  const clean = cleanPath(own);
  if (root === '/') return point + clean;
  const inside = clean === root || clean.startsWith(`${root}/`);
  return inside ? point + clean.slice(root.length) : point;
}
