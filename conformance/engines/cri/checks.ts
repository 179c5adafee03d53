/** What critest does not look at: which shims run, how many, and that none stays. */
import { readdirSync, readlinkSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import type { Cell } from '../../report.ts';
import type { CriClient, Pod } from './api.ts';
import { type Handler, rootOfOptions } from './handlers.ts';
import { busyboxImage } from './images.ts';
import type { Node } from './node.ts';

type Check = (node: Node, handler: Handler, api: CriClient) => Promise<void>;

/** Containers of a pod besides its first. */
const perPod = 3;

/** Programs of all processes in the machine, by pid. Kernel threads are not in it, and whoever ends meanwhile is not either. */
function programs({ machine }: Node): Map<string, string> {
  const found = new Map<string, string>();
  for (const pid of readdirSync(machine.path('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      found.set(pid, readlinkSync(machine.path(`/proc/${pid}/exe`)));
    } catch {
      // It has ended.
    }
  }
  return found;
}

/** Pids of shims: whatever their handler, `-namespace k8s.io` is on their command line. */
function shims(node: Node): string[] {
  return [...programs(node).keys()].filter((pid) => {
    try {
      return /shim[^\0]*\0(.*\0)?-namespace\0k8s\.io\0/.test(node.machine.read(`/proc/${pid}/cmdline`));
    } catch {
      return false;
    }
  });
}

async function withPod(api: CriClient, handler: string, use: (pod: Pod) => Promise<void>): Promise<void> {
  const pod = await api.runPod(handler);
  try {
    await use(pod);
  } finally {
    await api.stopPod(pod);
    await api.removePod(pod);
  }
}

const noShims = (node: Node) => until('all shims to be gone', () => (shims(node).length === 0 ? true : undefined));

/** A pod that asks for a handler gets its shim, and not that of the default; one that nobody knows is refused. */
const selected: Check = async (node, handler, api) => {
  await withPod(api, handler.name, async () => {
    const wrong = shims(node)
      .map((pid) => programs(node).get(pid) ?? '')
      .filter((path) => !path.includes(handler.shim));
    if (shims(node).length === 0) throw new Error('the pod has no shim');
    if (wrong.length > 0) throw new Error(`the pod got the shim ${wrong.join(', ')}`);
    if (handler.name === 'hoist-options') {
      const states = readdirSync(node.machine.path(rootOfOptions));
      if (states.length === 0) throw new Error(`the options did not arrive: nothing is in ${rootOfOptions}`);
    }
  });
  const unknown = await api.runPod('unheard-of').catch((error: unknown) => String(error));
  if (typeof unknown !== 'string') throw new Error('a pod with an unknown handler was made');
  await noShims(node);
};

/** All containers of a pod share its shim. */
const grouped: Check = async (node, handler, api) => {
  await api.pullImage(busyboxImage);
  await withPod(api, handler.name, async (first) => {
    await withPod(api, handler.name, async (second) => {
      for (const pod of [first, second])
        for (let i = 0; i < perPod; i++)
          await api.startContainer(await api.createContainer(pod, busyboxImage, ['sleep', '1000']));
      const count = shims(node).length;
      if (count !== 2) throw new Error(`two pods of ${perPod + 1} containers each have ${count} shims`);
    });
  });
  await noShims(node);
};

/** Containers and shims go on without containerd, which finds all of them again. */
const outlives: Check = async (node, handler, api) => {
  const pod = await api.runPod(handler.name);
  const before = await api.createContainer(pod, busyboxImage, ['sleep', '1000']);
  await api.startContainer(before);
  await node.daemon.stop('SIGKILL');
  await node.daemon.start();
  await until(
    'pods to be found again',
    async () => (await api.pods().catch((): string[] => [])).includes(pod.id) || undefined,
  );
  await api.startContainer(await api.createContainer(pod, busyboxImage, ['sleep', '1000']));
  if (shims(node).length !== 1) throw new Error(`the pod has ${shims(node).length} shims`);
  await api.stopContainer(before, 0);
  await api.removeContainer(before);
  await api.stopPod(pod);
  await api.removePod(pod);
  await noShims(node);
};

/** A pod whose shim was killed can be removed, and nothing of it runs on. */
const killed: Check = async (node, handler, api) => {
  const pod = await api.runPod(handler.name);
  await api.startContainer(await api.createContainer(pod, busyboxImage, ['sleep', '1000']));
  await node.machine.must(['kill', '-KILL', ...shims(node)]);
  await until('the pod to be removed', async () => {
    try {
      await api.stopPod(pod);
      await api.removePod(pod);
      return true;
    } catch {
      return undefined; // containerd has not heard of the end yet
    }
  });
  await noShims(node);
  await until('all containers to be gone', () =>
    [...programs(node).values()].some((path) => /\/(sleep|pause)$/.test(path)) ? undefined : true,
  );
};

/** critest removes its pods, and with the last one every shim has to go. */
const gone: Check = async (node, _handler, api) => {
  const pods = await api.pods();
  if (pods.length > 0) throw new Error(`${pods.length} pods are left`);
  await noShims(node);
};

/** The first is asked for after the suite, when nothing else has run. */
const checks: Readonly<Record<string, Check>> = {
  'no shim is left over': gone,
  'one shim for each pod': grouped,
  'the handler that a pod asks for': selected,
  'containerd is killed and comes back': outlives,
  'the shim is killed': killed,
};

/** @returns a verdict for each name */
export async function runChecks(node: Node, handler: Handler): Promise<Map<string, Cell>> {
  const api = node.api();
  const verdicts = new Map<string, Cell>();
  try {
    for (const [name, check] of Object.entries(checks)) {
      const reason = await check(node, handler, api).then(
        () => '',
        (error: unknown) => String(error instanceof Error ? error.message : error),
      );
      verdicts.set(name, { result: reason === '' ? 'pass' : 'fail', reason });
    }
  } finally {
    api.close();
  }
  return verdicts;
}
