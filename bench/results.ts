import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import type { Series, Skip } from './measure.ts';
import type { Memory } from './memory.ts';
import type { Runtime } from './runtimes.ts';
import { median, quantile, type Verdict } from './thresholds.ts';

/** What results.json holds: enough to compare two runs, nothing that names the machine. */
export function makeResults(
  runtimes: readonly Runtime[],
  rounds: number,
  series: readonly Series[],
  memory: readonly Memory[],
  skips: readonly Skip[],
  verdicts: readonly Verdict[],
) {
  return {
    machine: {
      kernel: release().split('-')[0],
      cpus: availableParallelism(),
      cpu: cpuModel(),
      cgroup: cgroupVersion(),
    },
    runtimes: Object.fromEntries(runtimes.map((r) => [r.name, r.version])),
    rounds,
    times: series.map((s) => ({
      metric: s.metric,
      runtime: s.runtime,
      samples: s.ms.length,
      medianMs: round(median(s.ms)),
      quartilesMs: [round(quantile(s.ms, 0.25)), round(quantile(s.ms, 0.75))],
      cpuMs: round(median(s.cpuMs)),
      peakKiB: s.peakKiB,
    })),
    memory,
    thresholds: verdicts.map((v) => ({ ...v, ratio: v.ratio === null ? null : round(v.ratio) })),
    skips,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function cpuModel(): string {
  return /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
}

function cgroupVersion(): string {
  return existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1';
}
