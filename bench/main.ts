// Measures hoist against runc, crun and the floor. See README.md in this folder.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBundle } from './bundle.ts';
import { drawChart } from './chart.ts';
import { type Bench, describe, measure, type Series, type Skip } from './measure.ts';
import { type Memory, measureMemory } from './memory.ts';
import { type Operation, operations } from './operations.ts';
import { type Options, parseOptions } from './options.ts';
import { memoryTable, timeTable } from './report.ts';
import { makeResults } from './results.ts';
import { findRuntimes, type Runtime } from './runtimes.ts';
import { reenter, setUpSandbox, sweepCgroups, workFolder } from './sandbox.ts';
import { judge, thresholds } from './thresholds.ts';
import { compilePrograms } from './timer.ts';

const here = dirname(fileURLToPath(import.meta.url));
const project = dirname(here);

function main(argv: readonly string[]): number {
  const programs = join(project, 'build/bench');
  const defaults = new Map([
    ['hoist', join(project, 'dist/bin/hoist')],
    ['crun', 'crun'],
    ['runc', 'runc'],
    ['floor', join(programs, 'floor')],
  ]);
  const options = parseOptions(argv, defaults, here);
  // Ctrl-C reaches the whole group: the timer ends, and what follows from that ends the bench, after its clean-up.
  process.on('SIGINT', () => {});
  if (!options.inside) {
    compilePrograms(here, programs);
    return reenter(argv);
  }
  setUpSandbox();
  const prefix = `hoist-bench-${process.pid}`;
  try {
    return bench(options, join(programs, 'timer'), prefix);
  } finally {
    const left = sweepCgroups(prefix);
    if (left > 0) console.log(`${left} cgroups were left by failed commands, now removed`);
  }
}

function bench(options: Options, timer: string, prefix: string): number {
  const runtimes = findRuntimes(options.runtimes, workFolder);
  const quick = makeBundle('quick', ['/bin/true']);
  const b: Bench = {
    timer,
    rounds: options.rounds,
    prefix,
    quick,
    lasting: makeBundle('lasting', ['/bin/sleep', '1000']),
  };
  const chosen = operations.filter((o) => wanted(options, o));
  const { series, skips, failed } = measureAll(b, chosen, runtimes);
  const memory = wanted(options, { name: 'memory' })
    ? measureMemory(b, runtimes, makeBundle('limited', ['/bin/true'], 1))
    : [];
  return conclude(options, runtimes, series, memory, skips) || failed;
}

/** `--only start` is as good as `--only lifecycle`, which measures it. */
function wanted(options: Options, operation: Pick<Operation, 'name'>): boolean {
  const covers: Record<string, readonly string[]> = {
    lifecycle: ['create', 'start', 'delete', 'create+start+delete'],
    pause: ['resume'],
  };
  const names = [operation.name, ...(covers[operation.name] ?? [])];
  return options.only.length === 0 || names.some((name) => options.only.includes(name));
}

function measureAll(b: Bench, chosen: readonly Operation[], runtimes: readonly Runtime[]) {
  const series: Series[] = [];
  const skips: Skip[] = [];
  let failed = 0;
  for (const operation of chosen) {
    const result = measure(b, operation, runtimes);
    series.push(...result.series);
    skips.push(...result.skips);
    for (const skip of result.skips) console.log(`skip ${skip.operation} on ${skip.runtime}: ${skip.reason}`);
    for (const failure of result.failures)
      console.log(`FAILED ${operation.name} ${failure.label}: ${describe(failure)}`);
    if (result.failures.length > 0) failed = 1;
  }
  return { series, skips, failed };
}

function conclude(
  options: Options,
  runtimes: readonly Runtime[],
  series: readonly Series[],
  memory: readonly Memory[],
  skips: readonly Skip[],
): number {
  const complete = options.only.length === 0;
  const measured = new Set(complete ? thresholds.map((t) => t.metric) : series.map((s) => s.metric));
  const verdicts = judge(series, measured);
  const names = runtimes.map((r) => r.name);
  if (series.length > 0) console.log(`\n${timeTable(series, names, verdicts)}`);
  if (memory.length > 0) console.log(`\n${memoryTable(memory)}`);
  const missed = verdicts.filter((v) => !v.met);
  console.log(`\nthresholds: ${verdicts.length - missed.length} met, ${missed.length} missed`);
  if (options.out !== null && complete) {
    const results = makeResults(runtimes, options.rounds, series, memory, skips, verdicts);
    const caption = `${runtimes.map((r) => r.version.replace(' version', '')).join(', ')}; Linux ${results.machine.kernel}, ${results.machine.cpus} CPUs, cgroup ${results.machine.cgroup}; ${options.rounds} interleaved rounds`;
    writeFileSync(join(options.out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(join(options.out, 'chart.svg'), drawChart(series, memory, caption));
  }
  return options.check && missed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
