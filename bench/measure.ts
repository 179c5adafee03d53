import { join } from 'node:path';
import { type Case, type Operation, sums } from './operations.ts';
import type { Runtime } from './runtimes.ts';
import { workFolder } from './sandbox.ts';
import { type Failure, runScript, type Script, type Timing } from './timer.ts';

/** All samples of one metric on one runtime. */
export interface Series {
  readonly metric: string;
  readonly runtime: string;
  /** Wall times in ms, in the order of the rounds. */
  readonly ms: readonly number[];
  readonly cpuMs: readonly number[];
  readonly peakKiB: number;
}

/** Why a runtime is missing from an operation. */
export interface Skip {
  readonly operation: string;
  readonly runtime: string;
  readonly reason: string;
}

/** Everything that the measuring of operations needs. */
export interface Bench {
  readonly timer: string;
  readonly rounds: number;
  /** Every container id, and so every cgroup, begins with it. */
  readonly prefix: string;
  readonly quick: string;
  readonly lasting: string;
}

const warmUpRounds = 2;

/** The steps' view of one runtime in one operation. */
export function makeCase(bench: Bench, runtime: Runtime, operation: string): Case {
  const id = `${bench.prefix}-${operation}-${runtime.name}`;
  return { runtime, id, pidFile: join(workFolder, `${id}.pid`), quick: bench.quick, lasting: bench.lasting };
}

/**
 * Measures one operation on every runtime, interleaved: each round has one sample of each, and begins with another runtime than
 * the round before, so that a slow moment of the machine hits all alike.
 * A runtime that fails the trial round is left out and reported; failures later on are returned, and their samples are missing.
 */
export function measure(bench: Bench, operation: Operation, runtimes: readonly Runtime[]) {
  const wanted = runtimes.filter((r) => !operation.notOn?.includes(r.name));
  const cases = wanted.map((r) => makeCase(bench, r, operation.name));
  const skips = cases.flatMap((c) => trial(bench, operation, c) ?? []);
  const able = cases.filter((c) => !skips.some((s) => s.runtime === c.runtime.name));
  const { timings, failures } = runScript(bench.timer, interleave(bench, operation, able));
  const counted = timings.filter((t) => !t.label.startsWith('warm-up'));
  return { series: able.flatMap((c) => collect(counted, c.runtime.name)), skips, failures };
}

function trial(bench: Bench, operation: Operation, c: Case): Skip[] | null {
  const whole = [...(operation.setUp?.(c) ?? []), ...operation.sample(c), ...(operation.tearDown?.(c) ?? [])];
  const failure = runScript(bench.timer, [{ label: 'trial', steps: whole }]).failures[0];
  return failure ? [{ operation: operation.name, runtime: c.runtime.name, reason: describe(failure) }] : null;
}

/** A failure in one line for people. */
export function describe(failure: Failure): string {
  return `${failure.step}: ${failure.message}`;
}

function interleave(bench: Bench, operation: Operation, cases: readonly Case[]): Script {
  const rounds = Array.from({ length: warmUpRounds + bench.rounds }, (_, round) => {
    const kind = round < warmUpRounds ? 'warm-up' : 'round';
    const start = cases.length ? round % cases.length : 0;
    const order = [...cases.slice(start), ...cases.slice(0, start)];
    return order.map((c) => ({ label: `${kind}/${round}/${c.runtime.name}`, steps: operation.sample(c) }));
  });
  const around = (steps: Operation['setUp'], kind: string) =>
    cases.map((c) => ({ label: `${kind}/0/${c.runtime.name}`, steps: steps?.(c) ?? [] }));
  return [...around(operation.setUp, 'set-up'), ...rounds.flat(), ...around(operation.tearDown, 'tear-down')];
}

function collect(timings: readonly Timing[], runtime: string): Series[] {
  const own = timings.filter((t) => t.label.split('/')[2] === runtime);
  const metrics = [...new Set(own.map((t) => t.metric))];
  const series = metrics.map((metric) =>
    oneSeries(
      metric,
      runtime,
      own.filter((t) => t.metric === metric),
    ),
  );
  for (const [metric, parts] of Object.entries(sums)) {
    const whole = parts.map((part) => series.find((s) => s.metric === part));
    if (whole.every((s) => s !== undefined)) series.push(addUp(metric, runtime, own, parts));
  }
  return series;
}

function oneSeries(metric: string, runtime: string, timings: readonly Timing[]): Series {
  return {
    metric,
    runtime,
    ms: timings.map((t) => t.ms),
    cpuMs: timings.map((t) => t.cpuMs),
    peakKiB: Math.max(...timings.map((t) => t.peakKiB)),
  };
}

/** Sums the parts within each sample; a sample that lacks one is left out. */
function addUp(metric: string, runtime: string, timings: readonly Timing[], parts: readonly string[]): Series {
  const labels = [...new Set(timings.map((t) => t.label))];
  const samples = labels.map((label) => timings.filter((t) => t.label === label && parts.includes(t.metric)));
  const whole = samples.filter((sample) => sample.length === parts.length);
  const summed = whole.map((sample) => ({
    label: sample[0]?.label ?? '',
    metric,
    ms: sample.reduce((total, t) => total + t.ms, 0),
    cpuMs: sample.reduce((total, t) => total + t.cpuMs, 0),
    peakKiB: Math.max(...sample.map((t) => t.peakKiB)),
  }));
  return oneSeries(metric, runtime, summed);
}
