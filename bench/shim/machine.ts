/** A containerd in a machine of its own, as the end-to-end suite has it, and a timer in it. */
import { dirname, join } from 'node:path';
import { Rig } from '../../conformance/containerd/rig/rig.ts';
import { containerds } from '../../conformance/containerd/rig/versions.ts';
import { peer } from '../../conformance/peers.ts';
import { compilePrograms } from '../timer.ts';

const here = dirname(import.meta.dirname);

/** One command that is timed, with what has to be done before it and after it. */
export interface Sample {
  readonly label: string;
  readonly before?: readonly (readonly string[])[];
  readonly timed: readonly string[];
  readonly after?: readonly (readonly string[])[];
}

export class Bench {
  readonly rig: Rig;
  private readonly timer: string;

  /** @param version of containerd @param grouping HOIST_SHIM_GROUPING in its environment */
  static async start(version: string, grouping?: string): Promise<Bench> {
    const [containerd] = containerds([version]);
    if (containerd === undefined) throw new Error(`no containerd ${version}`);
    const bench = new Bench(new Rig({ containerd, name: 'bench', programs: [dirname(peer('crun'))] }));
    if (grouping !== undefined) bench.rig.env.HOIST_SHIM_GROUPING = grouping;
    await bench.rig.start();
    return bench;
  }

  private constructor(rig: Rig) {
    this.rig = rig;
    this.timer = compilePrograms(here, join(dirname(here), 'build/bench')).timer;
  }

  /**
   * Runs the samples one after the other.
   * @returns milliseconds by label
   * @throws Error when a command fails
   */
  async time(samples: readonly Sample[]): Promise<Map<string, number[]>> {
    const lines: string[] = [];
    for (const { label, before = [], timed, after = [] } of samples) {
      lines.push(`sample\t${label}`);
      for (const argv of before) lines.push(['do', ...argv].join('\t'));
      lines.push(['time', 'it', ...timed].join('\t'));
      for (const argv of after) lines.push(['do', ...argv].join('\t'));
    }
    const command = this.rig.machine.spawn([this.timer], { env: this.rig.env });
    command.child.stdin?.end(`${lines.join('\n')}\n`);
    const { stdout, stderr } = await command.result();
    const times = new Map<string, number[]>();
    for (const line of stdout.split('\n')) {
      const [kind, label = '', what, ns] = line.split('\t');
      if (kind === 'failed') throw new Error(`${label}: ${line}`);
      if (kind === 'time' && what === 'it') times.set(label, [...(times.get(label) ?? []), Number(ns) / 1e6]);
    }
    if (times.size === 0) throw new Error(`the timer said nothing: ${stderr}`);
    return times;
  }

  /** The words of a `ctr` call. */
  ctr(...args: string[]): string[] {
    return [`${this.rig.containerd.folder}/ctr`, '--namespace', 'e2e', ...args];
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
