/**
 * src/ttrpc against Go's ttrpc, and against random frames.
 *
 *     npm run conformance:ttrpc                            Go's, both ways round
 *     npm run conformance:ttrpc -- fuzz [FRAMES [SEED]]    a million random frames to ours, held against a model
 */
import { SetupError } from '../cache.ts';
import { fuzz } from './fuzz.ts';
import { goCallsUs, weCallGo } from './interop.ts';

/** Says how a part went. @returns 1 when something is wrong */
function report(part: string, problems: readonly string[]): number {
  console.log(`${part}: ${problems.length === 0 ? 'passed' : 'FAILED'}`);
  for (const problem of problems) console.log(`  ${problem.slice(0, 2000)}`);
  return problems.length === 0 ? 0 : 1;
}

/** A million frames leave the heap as it was, but for what the engine's compilers keep: a few hundred KiB. */
async function endurance(frames: number, seed: number): Promise<number> {
  await fuzz(Math.min(frames, 20_000), seed + 1);
  const before = heap();
  const start = performance.now();
  const figures = await fuzz(frames, seed);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const grown = heap() - before;
  const { answers, calls, connections } = figures;
  console.log(
    `${figures.frames} frames on ${connections} connections, ${calls} calls, ${answers} answers in ${seconds} s, each as the model says`,
  );
  console.log(`the heap has grown by ${(grown / 1024).toFixed(0)} KiB`);
  return report('random frames to ours', grown > 2 << 20 ? ['that is too much'] : []);
}

function heap(): number {
  (globalThis as unknown as { Bun: { gc(force: boolean): void } }).Bun.gc(true);
  return process.memoryUsage().heapUsed;
}

async function main([part, ...numbers]: readonly string[]): Promise<number> {
  const [frames, seed = 1] = numbers.map(Number);
  if (part === 'fuzz') return endurance(frames ?? 1_000_000, seed);
  const failed = [
    report("Go's client on our server", await goCallsUs()),
    report("our client on Go's server", await weCallGo()),
  ].reduce((sum, each) => sum + each);
  console.log(`ttrpc: ${2 - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error instanceof SetupError ? error.message : error);
    process.exit(1);
  },
);
