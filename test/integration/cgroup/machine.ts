import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cgroup } from '../../../src/cgroup/cgroup.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** A group name that nothing else on this machine uses. */
export const uniqueName = () => `hoist-test-${process.pid}-${++names}`;
let names = 0;

export const readText = (path: string) => readFileSync(path, 'utf8').trim();

/** The directories of this name anywhere in the hierarchies, at any depth of two. */
export function leftovers(name: string): string[] {
  const found: string[] = [];
  for (const hierarchy of readdirSync('/sys/fs/cgroup')) {
    const top = `/sys/fs/cgroup/${hierarchy}`;
    const own = readText('/proc/self/cgroup')
      .split('\n')
      .map((line) => line.split(':').slice(2).join(':'));
    for (const group of new Set(['', ...own.filter((path) => path !== '/')]))
      if (existsSync(`${top}${group}/${name}`)) found.push(`${top}${group}/${name}`);
  }
  return found;
}

const started: ChildProcess[] = [];

/** A process of ours that waits to be ended. `script` runs in it first, with its descriptors from 3 on being `descriptors`. */
export async function startProcess(script = ':', descriptors: number[] = []): Promise<ChildProcess & { pid: number }> {
  const child = spawn('bash', ['-c', `${script}\necho ready; exec sleep 1000`], {
    stdio: ['ignore', 'pipe', 'inherit', ...descriptors],
  });
  started.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code, signal) => reject(new Error(`process ended early: ${code ?? signal}`)));
  });
  if (child.pid === undefined) throw new Error('no pid');
  return child as ChildProcess & { pid: number };
}

/** Ends the processes that startProcess made, and waits for them. */
export async function endProcesses(): Promise<void> {
  await Promise.all(
    started.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }),
  );
}

/** Waits for the end of a process; the signal that ended it, or its exit code. */
export async function ended(child: ChildProcess): Promise<string | number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.signalCode ?? child.exitCode;
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
}

/** Runs a shell script inside v1 groups that it enters through their doors, like a newborn container; its output and exit code. */
export function runInside(
  doors: number[],
  script: string,
): { output: string; status: number | null; signal: string | null } {
  const enter = doors.map((_, index) => `echo 0 >&${index + 3} && exec ${index + 3}>&-`).join(' && ');
  const { stdout, stderr, status, signal } = spawnSync('bash', ['-c', `${enter || ':'} && { ${script}\n}`], {
    stdio: ['ignore', 'pipe', 'pipe', ...doors],
    encoding: 'utf8',
  });
  return { output: stdout + stderr, status, signal };
}

/** The answer of elsewhere.ts, run by `command` in front of it (unshare, setpriv): what it throws is `{ error }`. */
export function elsewhere(command: string[], request: object, place = repository): Record<string, unknown> {
  const bun = `${place}node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`;
  const script = `${place}test/integration/cgroup/elsewhere.ts`;
  const [program = bun, ...args] = [...command, bun, script, JSON.stringify(request)];
  const run = spawnSync(program, args, { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: '/dev/null' } });
  if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

/** The same as the user nobody, who may not even see the repository where it is: below a home folder. */
export function elsewhereAsNobody(request: object): Record<string, unknown> {
  const script = 'mount --bind "$0" /mnt && cd /mnt && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
  return elsewhere(['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, repository], request, '/mnt/');
}

/** Runs a script in a v2 group: bash waits until it was moved there. */
export function runIn(
  cgroup: Cgroup,
  script: string,
): { output: string; status: number | null; signal: string | null } {
  const directory = cgroup.paths[''];
  const run = spawnSync('bash', ['-c', `echo $$ > ${directory}/cgroup.procs && { ${script}\n}`], { encoding: 'utf8' });
  return { output: run.stdout + run.stderr, status: run.status, signal: run.signal };
}
