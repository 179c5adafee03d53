import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const cgroupRoot = '/sys/fs/cgroup';

/** Where bundles and state roots lie: on a tmpfs that covers /run in the private mount namespace and vanishes with it. */
export const workFolder = '/run/hoist-bench';

/**
 * Runs the bench again in a mount and a network namespace of its own, with nothing in its environment but PATH and HOME
 * (NODE_EXTRA_CA_CERTS alone adds 50 ms to every start of Node).
 * @returns its exit code
 */
export function reenter(argv: readonly string[]): number {
  const self = [process.execPath, ...process.argv.slice(1, 2), '--inside', ...argv];
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  const child = spawnSync('unshare', ['-m', '-n', '--propagation', 'private', '--', ...self], {
    env,
    stdio: 'inherit',
  });
  if (child.error) throw child.error;
  return child.status ?? 1;
}

function mount(type: string, options: string, target: string): boolean {
  mkdirSync(target, { recursive: true });
  return spawnSync('mount', ['-t', type, '-o', options, type, target]).status === 0;
}

function mustMount(type: string, options: string, target: string): void {
  if (!mount(type, options, target)) throw new Error(`cannot mount ${type} (${options}) on ${target}: is this root?`);
}

/** Mounts the work folder and cgroup hierarchies of its own, in the host's layout; must run inside the private namespaces. */
export function setUpSandbox(): void {
  mustMount('tmpfs', 'mode=755', '/run');
  mkdirSync(workFolder);
  const v1 = v1Hierarchies();
  if (v1.length > 0) mountHybrid(v1);
  else mustMount('cgroup2', 'rw', cgroupRoot);
}

function mountHybrid(v1: readonly string[]): void {
  mustMount('tmpfs', 'mode=755', cgroupRoot);
  for (const names of v1) mustMount('cgroup', names, join(cgroupRoot, names));
  // crun 1.8 refuses to run beside a v1 hugetlb that is not mounted; where v2 holds it for good this fails, and crun is skipped.
  if (!v1.includes('hugetlb')) mount('cgroup', 'hugetlb', join(cgroupRoot, 'hugetlb'));
  mustMount('cgroup', 'none,name=systemd', join(cgroupRoot, 'systemd'));
  mustMount('cgroup2', 'rw', join(cgroupRoot, 'unified'));
}

/** The v1 hierarchies of this host, each as its comma-separated controllers (/proc/cgroups: name, hierarchy, count, enabled). */
function v1Hierarchies(): string[] {
  const byNumber = new Map<string, string[]>();
  for (const line of readFileSync('/proc/cgroups', 'utf8').split('\n')) {
    const [name, number] = line.split('\t');
    if (!name || !number || name.startsWith('#') || number === '0') continue;
    byNumber.set(number, [...(byNumber.get(number) ?? []), name]);
  }
  return [...byNumber.values()].map((names) => names.join(','));
}

/**
 * Removes every cgroup whose name begins with the prefix, first killing what still runs in it. v1 hierarchies outlive the private
 * mounts, so this is what keeps a failed run from leaving groups on the host.
 * @returns how many there were
 */
export function sweepCgroups(prefix: string): number {
  let count = 0;
  const visit = (folder: string, depth: number): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      if (entry.name.startsWith(prefix)) {
        removeCgroup(path);
        count++;
      } else if (depth > 0) {
        visit(path, depth - 1);
      }
    }
  };
  visit(cgroupRoot, 4);
  return count;
}

function removeCgroup(path: string): void {
  for (let attempt = 0; attempt < 50; attempt++) {
    thaw(path);
    for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n')) if (pid) kill(Number(pid));
    try {
      rmdirSync(path);
      return;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); // its processes are still dying
    }
  }
  console.log(`left behind: ${path}`);
}

function thaw(path: string): void {
  try {
    writeFileSync(join(path, 'freezer.state'), 'THAWED', { flag: 'r+' });
  } catch {
    // no freezer here
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone meanwhile
  }
}
