/** How long the calls of the Container Runtime Interface take with runc, crun and hoist, one life after the other on one node. */
import { dirname } from 'node:path';
import { median } from '../../../bench/thresholds.ts';
import type { Containerd } from '../../containerd/rig/versions.ts';
import { peer } from '../../peers.ts';
import type { CriClient } from './api.ts';
import { handlerNamed } from './handlers.ts';
import { pauseImage } from './images.ts';
import { Node } from './node.ts';

const subject = 'hoist';
const names = ['runc', 'crun', 'hoist-by-path', subject];
const warmUps = 3;

/** What hoist's median may be of another's: most of the other calls is containerd's own work, and the network's. */
const limits: readonly { call: string; peer: string; atMost: number }[] = [
  { call: 'container start', peer: 'runc', atMost: 0.6 },
  { call: 'container start', peer: 'crun', atMost: 0.9 },
];

/** Milliseconds of each sample, by call and by handler. */
class Times {
  readonly #all = new Map<string, Map<string, number[]>>();

  async take<T>(call: string, handler: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await work();
    const taken = performance.now() - begin;
    const ofCall = this.#all.get(call) ?? new Map<string, number[]>();
    this.#all.set(call, ofCall.set(handler, [...(ofCall.get(handler) ?? []), taken]));
    return result;
  }

  calls(): string[] {
    return [...this.#all.keys()];
  }

  median(call: string, handler: string): number {
    return median(this.#all.get(call)?.get(handler) ?? []);
  }
}

/** A pod with one container, from its beginning to its end. The container ends when it is asked to, as pause does. */
async function live(api: CriClient, handler: string, times: Times): Promise<void> {
  const take = <T>(call: string, work: () => Promise<T>) => times.take(call, handler, work);
  const pod = await take('pod create', () => api.runPod(handler));
  const container = await take('container create', () => api.createContainer(pod, pauseImage, []));
  await take('container start', () => api.startContainer(container));
  await take('container stop', () => api.stopContainer(container, 10));
  await take('container remove', () => api.removeContainer(container));
  await take('pod stop', () => api.stopPod(pod));
  await take('pod remove', () => api.removePod(pod));
}

async function measure(api: CriClient, samples: number): Promise<Times> {
  let times = new Times();
  for (let round = -warmUps; round < samples; round++) {
    if (round === 0) times = new Times();
    // Nobody always comes first, or after the same one.
    const first = (round + warmUps) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) await live(api, name, times);
  }
  return times;
}

function print(times: Times): void {
  const line = (cells: readonly string[]) => cells.map((cell, i) => (i ? cell.padStart(15) : cell.padEnd(18))).join('');
  console.log(line(['ms, median', ...names, `${subject}/runc`, `${subject}/crun`]));
  for (const call of times.calls()) {
    const ratios = ['runc', 'crun'].map((name) => (times.median(call, subject) / times.median(call, name)).toFixed(2));
    console.log(line([call, ...names.map((name) => times.median(call, name).toFixed(1)), ...ratios]));
  }
}

/** @returns whether the limits were kept */
export async function bench(containerd: Containerd, samples: number): Promise<boolean> {
  const handlers = names.flatMap((name) => handlerNamed(name) ?? []);
  const node = new Node(containerd, handlers, [dirname(peer('runc'))]);
  await node.start();
  const api = node.api();
  try {
    console.log(`containerd ${containerd.version}, ${samples} samples of each\n`);
    const times = await measure(api, samples);
    print(times);
    const broken = limits.filter(({ call, peer, atMost }) => {
      return !(times.median(call, subject) <= atMost * times.median(call, peer));
    });
    for (const { call, peer, atMost } of broken) console.log(`${call}: more than ${atMost} of ${peer}'s`);
    console.log(`\n${limits.length - broken.length} passed, ${broken.length} failed, 0 skipped`);
    return broken.length === 0;
  } finally {
    api.close();
    await node.stop();
  }
}
