/** What twenty containers cost in shims, and what a thousand leave behind in one. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { shims } from '../../conformance/containerd/rig/shims.ts';
import { remove } from './commands.ts';
import type { Bench } from './machine.ts';

const COUNT = 20;
const THOUSAND = 1000;
/** Until a shim has given back what it does not need. */
const IDLE_MS = 6000;

export interface Memory {
  readonly shims: number;
  /** KiB, of all shims together. */
  readonly pss: number;
  readonly anonymous: number;
  readonly file: number;
}

const idle = () => new Promise((resolve) => setTimeout(resolve, IDLE_MS));

/** The shims of this machine: containerd's children by their name. */
function shimPids(bench: Bench): number[] {
  // `/proc/PID/root`
  const first = bench.rig.machine.path('').split('/')[2];
  const machine = readlinkSync(`/proc/${first}/ns/pid`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]?.includes('containerd-shim-')) return false;
        return readlinkSync(`/proc/${pid}/ns/pid`) === machine;
      } catch {
        return false; // gone meanwhile
      }
    })
    .map(Number);
}

function sum(pids: readonly number[], key: string): number {
  return pids.reduce((total, pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return total + Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  }, 0);
}

/** @param group an annotation that puts all containers into one shim, or none */
export async function twenty(bench: Bench, name: string, group: string | undefined): Promise<Memory> {
  const { rig } = bench;
  const ids = Array.from({ length: COUNT }, (_, index) => `mem-${name}-${index}`);
  const flags = [
    ...(shims[name]?.flags ?? []),
    ...(group ? ['--annotation', `io.containerd.runc.v2.group=${group}`] : []),
  ];
  for (const id of ids) await rig.mustCtr(rig.runArguments(['--detach', ...flags], id, ['sleep', '100000']));
  await idle();
  const pids = shimPids(bench);
  const result = {
    shims: pids.length,
    pss: sum(pids, 'Pss'),
    anonymous: sum(pids, 'Pss_Anon'),
    file: sum(pids, 'Pss_File'),
  };
  for (const id of ids) await remove(bench, id);
  return result;
}

export interface Holding {
  readonly anonymous: number;
  readonly descriptors: number;
  readonly threads: number;
}

/** A thousand containers one after the other through one shim, which another one keeps alive. */
export async function thousand(bench: Bench): Promise<{ readonly before: Holding; readonly after: Holding }> {
  const { rig } = bench;
  const flags = [...(shims.hoist?.flags ?? []), '--annotation', 'io.containerd.runc.v2.group=thousand'];
  await rig.mustCtr(rig.runArguments(['--detach', ...flags], 'keeper', ['sleep', '100000']));
  const run = (id: string) => ({ label: 'x', timed: bench.ctr(...rig.runArguments(['--rm', ...flags], id, ['true'])) });
  await bench.time(Array.from({ length: 20 }, (_, index) => run(`warm-${index}`)));
  const before = await holding(bench);
  await bench.time(Array.from({ length: THOUSAND }, (_, index) => run(`one-${index}`)));
  const after = await holding(bench);
  await remove(bench, 'keeper');
  return { before, after };
}

async function holding(bench: Bench): Promise<Holding> {
  await idle();
  const [pid = 0] = shimPids(bench);
  const count = (folder: string) => readdirSync(`/proc/${pid}/${folder}`).length;
  return { anonymous: sum([pid], 'Anonymous'), descriptors: count('fd'), threads: count('task') };
}
