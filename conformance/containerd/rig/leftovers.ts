/** What a case may not leave behind in its machine: processes, cgroups, mounts, sockets, folders of state. */
import { difference, type Inventory, inventory } from '../../../test/integration/harness/leaks.ts';
import type { Machine } from '../../../test/integration/harness/machine.ts';
import { until } from '../../../test/integration/harness/until.ts';
import { rootFolder } from './daemon.ts';
import type { Shim } from './shims.ts';

/** containerd's own store, and the FIFOs, which are the client's to remove. */
const ofOthers = [rootFolder, '/run/containerd/fifo'];
/** The cache of criu, and what ctr's checkpoints leave in the temporary folder. */
const ignored = /^\/run\/criu\.kdat$|^\/tmp\/ctrd-checkpoint/;
/** They come and go as cases start them again. */
const clients = ['containerd', 'ctr'];

function look(machine: Machine, shim: Shim): Inventory {
  const all = inventory(machine);
  const isOurs = (file: string) =>
    !ofOthers.some((path) => file === path || file.startsWith(`${path}/`)) &&
    !ignored.test(file) &&
    !(shim.isCareless && file.startsWith('/run/containerd/s/'));
  return {
    ...all,
    processes: all.processes.filter((process) => !clients.includes(process.split(' ')[1] ?? '')),
    mounts: all.mounts.filter((mount) => !ofOthers.some((path) => mount.includes(` ${path}/`))),
    files: all.files.filter(isOurs),
  };
}

/**
 * Waits until no shim runs, and remembers what there is then.
 * @returns what tells what has been left behind, or is missing, since then
 */
export async function watchLeftovers(machine: Machine, shim: Shim): Promise<() => Promise<string[]>> {
  const before = await until('all shims to be gone', () => {
    const now = look(machine, shim);
    return now.processes.length === 1 ? now : undefined;
  });
  return () => difference(before, () => look(machine, shim));
}
