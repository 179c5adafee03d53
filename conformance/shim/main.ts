/** Random sequences of calls to a real shim with real containers, and what the model says of each answer. See README.md. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { reenter, setUpSandbox, sweepCgroups, workFolder } from '../../bench/sandbox.ts';
import { makeRootfs } from './bundle.ts';
import { Events } from './events.ts';
import { Rng } from './random.ts';
import { Shim } from './shim.ts';
import { walk } from './walk.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/bin/containerd-shim-hoist-v1');
/** Before memory is compared everything has been used once. */
const WARM_UP = 50;
const ALONGSIDE = 4;
/** Of the engine's own, which come and go. */
const ENGINE_THREADS = 2;

async function main(argv: readonly string[]): Promise<number> {
  const option = (name: string, otherwise: number) => {
    const at = argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(argv[at + 1]);
  };
  const runs = option('runs', 10_000);
  const seed = option('seed', Date.now() % 1_000_000);
  if (!argv.includes('--inside')) return reenter([...argv, '--seed', String(seed)]);
  setUpSandbox();
  try {
    return await play(runs, seed);
  } finally {
    sweepCgroups('hoist-model');
  }
}

async function play(runs: number, seed: number): Promise<number> {
  const folder = join(workFolder, 'model');
  mkdirSync(folder, { recursive: true });
  const events = await Events.listen(join(workFolder, 'events.sock'));
  const shim = Shim.start(PROGRAM, folder, makeRootfs(join(workFolder, 'rootfs')), events);
  const pid = await shim.shimPid();
  const keeper = await keep(shim);
  const rng = new Rng(seed);
  await playSome(shim, events, rng, WARM_UP, 'w');
  const before = await rested(shim, pid);
  const begin = Date.now();
  const { passed, failed, calls } = await playSome(shim, events, rng, runs, 'r');
  const seconds = (Date.now() - begin) / 1000;
  const after = await rested(shim, pid);
  await keeper();
  console.log(`seed ${seed}: ${calls} calls in ${seconds.toFixed(0)} s`);
  console.log(`shim before: ${JSON.stringify(before)}, after: ${JSON.stringify(after)}`);
  const leaks =
    after.descriptors > before.descriptors ||
    after.threads > before.threads + ENGINE_THREADS ||
    after.memory > before.memory + 2048;
  if (leaks) console.log('the shim holds more than before');
  const bad = failed + (leaks ? 1 : 0);
  console.log(`${passed + (leaks ? 0 : 1)} passed, ${bad} failed, 0 skipped`);
  return bad > 0 ? 1 : 0;
}

/** One task that stays, so that Shutdown never ends the shim. */
async function keep(shim: Shim): Promise<() => Promise<void>> {
  const { code, message } = await shim.create('keeper', 'sleep');
  if (code !== 0) throw new Error(`Create: ${message}`);
  return async () => {
    await shim.kill('keeper', '', 9);
    await shim.wait('keeper', '');
    await shim.delete('keeper', '');
    await shim.shutdown().catch(() => {}); // it may go before it answers
    shim.close();
  };
}

async function playSome(shim: Shim, events: Events, rng: Rng, runs: number, prefix: string) {
  const sum = { passed: 0, failed: 0, calls: 0 };
  let next = 0;
  const player = async () => {
    while (next < runs && sum.failed < 10) {
      const name = `${prefix}${next++}`;
      try {
        sum.calls += await walk(shim, new Rng(rng.below(2 ** 31)), name);
        for (const id of [`${name}a`, `${name}b`]) {
          await events.settled(id);
          events.check(id);
        }
        sum.passed++;
      } catch (error) {
        sum.failed++;
        console.log(`FAILED run ${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: ALONGSIDE }, player));
  return sum;
}

/** What it holds when it has given back what it does not need. */
async function rested(shim: Shim, pid: number) {
  await new Promise((resolve) => setTimeout(resolve, 5000));
  return shim.holds(pid);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
process.exit();
