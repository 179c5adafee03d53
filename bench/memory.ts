import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setMemoryLimit } from './bundle.ts';
import { type Bench, makeCase } from './measure.ts';
import type { Runtime } from './runtimes.ts';
import { sweepCgroups } from './sandbox.ts';

/** Memory figures of one runtime, in KiB; null where it could not be found out. */
export interface Memory {
  readonly runtime: string;
  /** The smallest limit of the container under which busybox `true` starts, three times out of three. */
  readonly smallestLimitKiB: number | null;
  /** Resident memory (VmRSS) of the container's first process while it waits for `start`. */
  readonly waitingInitKiB: number | null;
}

const stepKiB = 64;
const largestKiB = 16384;
const attempts = 3;

/** Measures the memory figures of every runtime. `bundle` is one whose process is /bin/true; its limit is changed and changed. */
export function measureMemory(bench: Bench, runtimes: readonly Runtime[], bundle: string): Memory[] {
  return runtimes.map((runtime) => ({
    runtime: runtime.name,
    waitingInitKiB: waitingInit(bench, runtime),
    smallestLimitKiB: smallestLimit(bench, runtime, bundle),
  }));
}

/** Bisects over multiples of 64 KiB. */
function smallestLimit(bench: Bench, runtime: Runtime, bundle: string): number | null {
  const starts = (steps: number) => startsUnder(bench, runtime, bundle, steps * stepKiB);
  let low = 0;
  let high = largestKiB / stepKiB;
  if (!starts(high)) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (starts(middle)) high = middle;
    else low = middle;
  }
  return high * stepKiB;
}

function startsUnder(bench: Bench, runtime: Runtime, bundle: string, limitKiB: number): boolean {
  if (!runtime.isFloor) setMemoryLimit(bundle, limitKiB * 1024);
  const limit = runtime.isFloor ? ['--memory', String(limitKiB * 1024)] : [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const id = `${bench.prefix}-memory-${runtime.name}-${limitKiB}-${attempt}`;
    if (command(runtime, 'run', ...limit, '--bundle', bundle, id) === 0) continue;
    command(runtime, 'delete', ...(runtime.isFloor ? [] : ['--force']), id);
    sweepCgroups(id);
    return false;
  }
  return true;
}

/** Runs a command of the runtime for at most five seconds: one whose helper was killed for want of memory may wait for ever. */
function command(runtime: Runtime, ...args: string[]): number | null {
  const argv = ['-k', '1', '5', runtime.path, '--root', runtime.root, ...args];
  return spawnSync('timeout', argv, { stdio: 'ignore' }).status;
}

function waitingInit(bench: Bench, runtime: Runtime): number | null {
  const c = makeCase(bench, runtime, 'memory');
  const created = command(runtime, 'create', '--bundle', c.quick, '--pid-file', c.pidFile, c.id) === 0;
  const pid = created && existsSync(c.pidFile) ? readFileSync(c.pidFile, 'utf8').trim() : null;
  const resident = pid ? /^VmRSS:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] : undefined;
  if (created) command(runtime, 'start', c.id);
  for (let i = 0; i < 200 && pid && existsSync(`/proc/${pid}`) && !isZombie(pid); i++) spawnSync('sleep', ['0.01']);
  command(runtime, 'delete', c.id);
  rmSync(c.pidFile, { force: true });
  return resident === undefined ? null : Number(resident);
}

/** Orphans are reaped by whoever inherits them, at its leisure; dead is dead. */
function isZombie(pid: string): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
