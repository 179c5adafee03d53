import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { fuzz } from '../../../conformance/ttrpc/fuzz.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function heap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  collect();
  return process.memoryUsage().heapUsed;
}

it('20,000 random frames are answered as the model says, and leave nothing behind', async () => {
  await fuzz(2000, 1);
  const before = await heap();
  const { frames, calls, connections } = await fuzz(20_000, 2);
  expect(frames).toBeGreaterThanOrEqual(20_000);
  // The frames are not all wrong, nor the connections all short.
  expect(calls).toBeGreaterThan(9000);
  expect(connections).toBeLessThan(500);
  expect((await heap()) - before).toBeLessThan(2 << 20);
}, 120_000);
