/** What criu is told of a container that it is to save. */

import type { Cgroup } from '../../cgroup/cgroup.ts';
import { unescapePath } from '../../cgroup/location.ts';
import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { externalMounts } from '../../plan/restore.ts';
import type { Linux, NamespaceType } from '../../spec/types.ts';
import type { Bundle } from '../bundle.ts';
import type { Context } from '../context.ts';
import { prepare } from '../plan.ts';
import type { CriuOptions } from './request.ts';

/** criu's words for the namespaces that a container may share with others, and the first version that leaves them alone. */
export const EXTERNAL = {
  network: { word: 'net', key: 'extRootNetNS', since: 31100 },
  pid: { word: 'pid', key: 'extRootPidNS', since: 31500 },
} as const satisfies Partial<Record<NamespaceType, object>>;

/** The field of mountinfo (proc_pid_mountinfo(5)). */
const MOUNT_POINT = 4;

/** criu waits for the cgroup v2 freezer since then. */
const FREEZER_V2 = 31400;

/** The path of the namespace that is joined; undefined for one of the container's own, or the host's. */
function joinedPath(linux: Linux | undefined, type: NamespaceType): string | undefined {
  return linux?.namespaces?.find((namespace) => namespace.type === type)?.path || undefined;
}

/** @throws RuntimeError in runc's words when this criu cannot do it */
export function demandExternal(type: keyof typeof EXTERNAL, version: number, when: string): void {
  const { word, since } = EXTERNAL[type];
  if (version >= since) return;
  const text = `criu lacks support for external ${word} namespace during ${when} process (old criu version?)`;
  throw new RuntimeError('FailedPrecondition', text, { stage: 'criu', hint: 'install a newer criu' });
}

/** Joined network and pid namespaces are not saved: the container is put into those that it names when it is restored. */
export function externalNamespaces(linux: Linux | undefined, pid: number, version: number): string[] {
  const found: string[] = [];
  for (const type of ['network', 'pid'] as const) {
    if (joinedPath(linux, type) === undefined) continue;
    demandExternal(type, version, 'checkpointing');
    const { word, key } = EXTERNAL[type];
    found.push(`${word}[${native.stat(`/proc/${pid}/ns/${word}`)?.inode}]:${key}`);
  }
  return found;
}

/** The groups through which criu stops the processes; without, it traces each of them. */
export function freezerGroup({ version: hierarchy, paths }: Cgroup, version: number): string | undefined {
  return hierarchy === 1 ? paths.freezer : version >= FREEZER_V2 ? paths[''] : undefined;
}

/**
 * The mounts that come from outside. Links of the image may lead a destination elsewhere: what counts is where the kernel says that
 * something is mounted.
 */
export async function externalMountMap(
  context: Context,
  bundle: Bundle,
  pid: number,
): Promise<NonNullable<CriuOptions['extMnt']>> {
  const request = { id: 'checkpoint', noPivot: false, noNewKeyring: false, fifo: false };
  const { operations } = (await prepare(context, bundle, request)).plan(undefined);
  const lines = (native.readProcess(pid, 'mountinfo') ?? '').split('\n');
  const points = new Set(lines.map((line) => unescapePath(line.split(' ')[MOUNT_POINT] ?? '')));
  const map = new Map<string, string>();
  for (const { path, source, masked } of externalMounts(operations)) {
    const place = native.resolveInRoot(pid, path);
    if (place === undefined || !points.has(place.path)) continue;
    if (masked && place.kind === 'directory') continue;
    map.set(place.path, masked ? source : path);
  }
  return [...map].map(([key, val]) => ({ key, val }));
}
