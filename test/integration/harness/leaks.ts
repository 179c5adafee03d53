/** What a test may not leave behind in its machine. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** Each kind of thing, one text for each thing. */
export interface Inventory {
  readonly processes: readonly string[];
  readonly cgroups: readonly string[];
  readonly mounts: readonly string[];
  readonly files: readonly string[];
  /** Of the machine's first process, which outlives every container. */
  readonly descriptors: readonly string[];
}

/** Folders whose content the harness or a cache is responsible for. */
const own = new Set(['/run/bundles', '/run/etc', '/run/output', '/run/template', '/run/tools', '/run/runtime']);
const caches = new Set(['.cache', '.empty-directory', '.lock']);

export function inventory(machine: Machine): Inventory {
  const pids = readdirSync(machine.path('/proc')).filter((name) => /^\d+$/.test(name));
  return {
    processes: pids.map((pid) => `${pid} ${commandOf(machine, pid)}`).sort(),
    cgroups: folders(machine, '/sys/fs/cgroup').sort(),
    mounts: machine.read('/proc/1/mountinfo').trimEnd().split('\n').sort(),
    files: ['/run', '/tmp'].flatMap((path) => files(machine, path)).sort(),
    descriptors: readdirSync(machine.path('/proc/1/fd')),
  };
}

/**
 * What is there now and was not before, and what is gone; empty when nothing changed. Dying takes a moment: looks again
 * until `patience` milliseconds are over.
 */
export async function difference(before: Inventory, look: () => Inventory, patience = 5000): Promise<string[]> {
  for (let waited = 0; ; waited += 20) {
    const now = look();
    const found = (Object.keys(before) as (keyof Inventory)[]).flatMap((kind) => [
      ...now[kind].filter((one) => !before[kind].includes(one)).map((one) => `left behind (${kind}): ${one}`),
      ...before[kind].filter((one) => !now[kind].includes(one)).map((one) => `gone (${kind}): ${one}`),
    ]);
    if (found.length === 0 || waited > patience) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function commandOf(machine: Machine, pid: string): string {
  try {
    return readFileSync(machine.path(`/proc/${pid}/comm`), 'utf8').trim();
  } catch {
    return 'gone';
  }
}

export function folders(machine: Machine, path: string): string[] {
  let entries: string[] = [];
  try {
    entries = readdirSync(machine.path(path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch {
    // A group that was removed while we looked.
  }
  return entries.flatMap((one) => [one, ...folders(machine, one)]);
}

export function files(machine: Machine, path: string): string[] {
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(machine.path(path), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const inside = join(path, entry.name);
    if (own.has(inside) || caches.has(entry.name)) return [];
    return entry.isDirectory() ? [inside, ...files(machine, inside)] : [inside];
  });
}
