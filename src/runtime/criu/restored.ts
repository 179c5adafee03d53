/** What criu is told of a container that it is to restore. */

import type { Cgroup } from '../../cgroup/cgroup.ts';
import { parseOwnGroups } from '../../cgroup/location.ts';
import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { externalMounts } from '../../plan/restore.ts';
import type { Linux, NamespaceType } from '../../spec/types.ts';
import type { Prepared } from '../plan.ts';
import { demandExternal, EXTERNAL } from './dump.ts';
import type { CriuOptions } from './request.ts';

/** The kernel's names, which criu uses. */
const WORDS: Partial<Record<NamespaceType, string>> = {
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  time: 'time',
};
const O_RDONLY = 0;

/** Descriptors that criu inherits, from its number `first` on, by the keys that the checkpoint has them under. */
export interface Inherited {
  readonly descriptors: readonly number[];
  readonly keys: readonly { readonly key: string; readonly fd: number }[];
}

/**
 * Opens the network and pid namespaces that config.json names.
 * @throws RuntimeError InvalidArgument when one is not there; nothing stays open then
 */
export function openNamespaces(linux: Linux | undefined, first: number): Inherited {
  const descriptors: number[] = [];
  const keys: { key: string; fd: number }[] = [];
  for (const { type, path } of linux?.namespaces ?? []) {
    if (!path || (type !== 'network' && type !== 'pid')) continue;
    keys.push({ key: EXTERNAL[type].key, fd: first + descriptors.length });
    try {
      descriptors.push(native.open(path, O_RDONLY));
    } catch (error) {
      for (const descriptor of descriptors) native.close(descriptor);
      if (!isSystemError(error)) throw error;
      const text = `Requested network namespace ${path} does not exist`;
      throw new RuntimeError('InvalidArgument', text.replace('network', type), { stage: 'namespace', path }, error);
    }
  }
  return { descriptors, keys };
}

/** @throws RuntimeError for a cgroup namespace, which criu cannot join, and when this criu is too old */
export function joinedNamespaces(linux: Linux | undefined, version: number): NonNullable<CriuOptions['joinNs']> {
  const joined: NonNullable<CriuOptions['joinNs']> = [];
  for (const { type, path } of linux?.namespaces ?? []) {
    if (!path) continue;
    if (type === 'network' || type === 'pid') {
      demandExternal(type, version, 'the restoration');
      continue;
    }
    const ns = WORDS[type];
    if (ns === undefined) {
      const text = `Do not know how to handle namespace ${type}`;
      throw new RuntimeError('InvalidArgument', text, { stage: 'criu', path, hint: 'criu cannot join it' });
    }
    joined.push({ ns, nsFile: path });
  }
  return joined;
}

/** What is mounted in the place of each mount that came from outside. */
export function externalSources(prepared: Prepared): NonNullable<CriuOptions['extMnt']> {
  const map = new Map<string, string>();
  for (const { path, source, masked } of externalMounts(prepared.plan(undefined).operations)) {
    map.set(masked ? source : path, source);
  }
  return [...map].map(([key, val]) => ({ key, val }));
}

/** Moves criu into the container's groups, where its children are born, and tells it where those are. */
export function joinGroups(cgroup: Cgroup, pid: number): NonNullable<CriuOptions['cgRoot']> {
  cgroup.join(pid);
  const groups = parseOwnGroups(native.readProcess(pid, 'cgroup') ?? '');
  return [...groups].map(([ctrl, path]) => ({ ctrl, path }));
}
