import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './operations.ts';

/** Times of one command. */
export interface Timing {
  readonly label: string;
  readonly metric: string;
  /** Wall time in ms, from before vfork to the return of wait4. */
  readonly ms: number;
  /** User and system time in ms. */
  readonly cpuMs: number;
  /** Peak resident memory of the command in KiB. */
  readonly peakKiB: number;
}

/** A step that did not exit 0. */
export interface Failure {
  readonly label: string;
  readonly step: string;
  readonly message: string;
}

/** Compiles the bench's C programs into `folder`, statically; returns the path of each. */
export function compilePrograms(sources: string, folder: string): { timer: string; floor: string } {
  mkdirSync(folder, { recursive: true });
  const compile = (name: string): string => {
    const out = join(folder, name);
    const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-o', out];
    const cc = spawnSync('cc', [...flags, join(sources, `${name}.c`)], { encoding: 'utf8' });
    if (cc.status !== 0) throw new Error(`cannot compile ${name}.c: ${cc.stderr ?? cc.error}`);
    return out;
  };
  return { timer: compile('timer'), floor: compile('floor') };
}

/** Samples for the timer, each with its label. */
export type Script = readonly { readonly label: string; readonly steps: readonly Step[] }[];

/** Runs a script from beginning to end. */
export function runScript(timer: string, script: Script): { timings: Timing[]; failures: Failure[] } {
  const lines = script.flatMap(({ label, steps }) => [['sample', label], ...steps].map((fields) => fields.join('\t')));
  const child = spawnSync(timer, [], { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (child.status !== 0) throw new Error(`the timer failed: ${child.stderr || child.signal}`);
  const timings: Timing[] = [];
  const failures: Failure[] = [];
  for (const line of child.stdout.split('\n')) {
    const [kind, label = '', name = '', ...rest] = line.split('\t');
    if (kind === 'failed') failures.push({ label, step: name, message: rest.join(' ') });
    if (kind !== 'time') continue;
    const [wall = 0, user = 0, system = 0, peakKiB = 0] = rest.map(Number);
    timings.push({ label, metric: name, ms: wall / 1e6, cpuMs: (user + system) / 1e3, peakKiB });
  }
  return { timings, failures };
}
