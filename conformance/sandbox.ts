/** Runs one validation program in a machine of its own (sandbox/outer.sh) and reads back what it said. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capabilityNames } from '../src/plan/capabilities.ts';
import { SetupError } from './cache.ts';
import type { Programs } from './go.ts';
import { judge, type Verdict } from './tap.ts';

const scripts = join(import.meta.dirname, 'sandbox');

/** Seconds one program may take: the slowest needs 25 (waiting, not working), on a busy machine more. */
const limit = 120;

const running = new Set<ReturnType<typeof spawn>>();
let stopped = false;

/** Ends the run: no other sandbox starts, and those that run kill their processes and remove their cgroups. */
export function stopAll(): void {
  stopped = true;
  for (const child of running) child.kill('SIGTERM');
}

/**
 * The second network interface of the machine's list, whose name linux_cgroups_network gives to the runtime: the kernel
 * looks names in net_prio up in the machine's first network namespace, whatever namespace the writer is in.
 */
function secondInterface(): string {
  const lines = readFileSync('/proc/self/net/dev', 'utf8').trim().split('\n').slice(2);
  const names = lines.map((line) => line.slice(0, line.indexOf(':')).trim()).filter((name) => name !== 'lo');
  return names[0] ?? 'veth-near';
}

/** The capabilities in this process's bounding set: nothing started from here can have another one. */
function boundingSet(): ReadonlySet<string> {
  const hex = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return new Set(capabilityNames(BigInt(`0x${hex}`)));
}

/**
 * Runs the program `test` against the runtime at `path`. Its output stays in `logs`, as `NAME/TEST.stdout` and
 * `.stderr`.
 * @throws {SetupError} once `stopAll` was called, after the program has ended.
 */
export async function runTest(
  programs: Programs,
  test: string,
  name: string,
  path: string,
  logs: string,
): Promise<Verdict> {
  if (stopped) throw new SetupError('interrupted');
  const folder = join(logs, name);
  mkdirSync(folder, { recursive: true });
  const files = [join(folder, `${test}.stdout`), join(folder, `${test}.stderr`)] as const;
  const [out, err] = files.map((file) => openSync(file, 'w'));
  const group = `hoist-conformance-${process.pid}-${name}-${test}`;
  const sandbox = [join(scripts, 'outer.sh'), group, String(limit), join(scripts, 'inner.sh')];
  const child = spawn(
    'unshare',
    [
      '--mount',
      '--net',
      '--propagation',
      'private',
      '--',
      'sh',
      ...sandbox,
      join(programs.folder, test),
      path,
      programs.startFolder,
    ],
    { stdio: ['ignore', out, err], env: { ...process.env, CONFORMANCE_INTERFACE: secondInterface() } },
  );
  running.add(child);
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 125));
  });
  running.delete(child);
  if (stopped) throw new SetupError('interrupted');
  for (const file of [out, err]) if (file !== undefined) closeSync(file);
  const [stdout, stderr] = [readFileSync(files[0], 'utf8'), readFileSync(files[1], 'utf8')];
  return judge(test, { exitCode, stdout, stderr }, boundingSet());
}

/** What earlier runs that were killed have left in the machine's cgroups: nothing, unless this run's sandbox is broken. */
export function leftovers(): string[] {
  const found: string[] = [];
  for (const hierarchy of readdirSync('/sys/fs/cgroup', { withFileTypes: true })) {
    if (!hierarchy.isDirectory()) continue;
    const groups = readdirSync(join('/sys/fs/cgroup', hierarchy.name), { withFileTypes: true });
    for (const group of groups) {
      if (group.isDirectory() && group.name.startsWith(`hoist-conformance-${process.pid}-`)) {
        found.push(join('/sys/fs/cgroup', hierarchy.name, group.name));
      }
    }
  }
  return found;
}
