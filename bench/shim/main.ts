/** Measures hoist's shim against containerd's own, under one containerd. See ../README.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Times, timeExec, timeOutput, timeRun } from './commands.ts';
import { Bench, median } from './machine.ts';
import { type Memory, thousand, twenty } from './memory.ts';
import { timeParallel } from './parallel.ts';

/** What hoist's figure may be of another's. */
interface Ratio {
  readonly what: string;
  readonly hoist: number;
  readonly other: number;
  readonly most: number;
}

const ratios: Ratio[] = [];
const facts: Record<string, unknown> = {};

function compare(what: string, times: Times, limits: Readonly<Record<string, number>>): void {
  const medians = new Map([...times].map(([name, values]) => [name, median(values)]));
  facts[what] = Object.fromEntries([...medians].map(([name, ms]) => [name, Number(ms.toFixed(1))]));
  const hoist = medians.get('hoist') ?? Number.NaN;
  for (const [name, most] of Object.entries(limits))
    ratios.push({ what: `${what}, of shim+${name}`, hoist, other: medians.get(name) ?? Number.NaN, most });
}

function compareMemory(what: string, hoist: Memory, other: Memory, most: number): void {
  facts[what] = { hoist, other };
  ratios.push({ what: `${what}, KiB`, hoist: hoist.pss, other: other.pss, most });
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    containerd: { type: 'string', default: '2.1' },
    only: { type: 'string', default: 'run,exec,parallel,output,memory,thousand' },
    check: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const wanted = (part: string) => values.only.split(',').includes(part);

async function withBench(grouping: string | undefined, work: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = await Bench.start(values.containerd, grouping);
  try {
    await work(bench);
  } finally {
    await bench.rig.stop();
  }
}

await withBench(undefined, async (bench) => {
  if (wanted('run')) compare('ctr run --rm, ms', await timeRun(bench, rounds), { runc: 0.7, crun: 0.85 });
  if (wanted('exec')) compare('ctr task exec, ms', await timeExec(bench, rounds), { runc: 0.6, crun: 0.75 });
  if (wanted('output'))
    compare('200 MB through stdout, ms', await timeOutput(bench, Math.max(3, rounds >> 2)), { runc: 1 });
  if (wanted('parallel')) {
    const times = new Map<string, number[]>([
      ['hoist', []],
      ['runc', []],
    ]);
    for (let round = 0; round < Math.max(3, rounds >> 2); round++)
      for (const [name, list] of times) list.push(...(await timeParallel(bench, name, 1)));
    compare('50 created and started at once, ms', times, { runc: 0.6 });
  }
  if (wanted('memory')) {
    const own = await twenty(bench, 'runc', undefined);
    compareMemory('20 ungrouped', await twenty(bench, 'hoist', undefined), own, 1.3);
    compareMemory('20 in one shim', await twenty(bench, 'hoist', 'all'), await twenty(bench, 'runc', 'all'), 1.5);
  }
  if (wanted('thousand')) facts.thousand = await thousand(bench);
});
if (wanted('memory')) {
  await withBench('namespace', async (bench) => {
    const own = await twenty(bench, 'runc', undefined);
    compareMemory('20 of a namespace in one shim', await twenty(bench, 'hoist', undefined), own, 0.5);
  });
}

console.log(JSON.stringify(facts, null, 2));
let missed = 0;
for (const { what, hoist, other, most } of ratios) {
  const ratio = hoist / other;
  const met = ratio <= most;
  if (!met) missed++;
  console.log(
    `${met ? 'met   ' : 'MISSED'} ${ratio.toFixed(2)} (at most ${most.toFixed(2)})  ${what}: ${hoist.toFixed(1)} / ${other.toFixed(1)}`,
  );
}
if (values.out !== undefined)
  writeFileSync(join(values.out, 'shim-results.json'), `${JSON.stringify({ facts, ratios }, null, 2)}\n`);
process.exit(values.check && missed > 0 ? 1 : 0);
