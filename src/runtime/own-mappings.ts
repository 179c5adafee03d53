/**
 * The id mappings of an unprivileged user whose configuration makes a user namespace and gives none (crun's rule; runc refuses that): the
 * process has the user's own id, and the ids around it are the subordinate ones (subuid(5), subgid(5)).
 */

import { isSystemError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { IdMapping, Spec } from '../spec/types.ts';

/** @param value a config.json that has not been validated: what has not the form is left to the validator */
export function fillMappings(value: unknown): void {
  const spec = value as Partial<Spec> | null | undefined;
  const linux = spec?.linux;
  if (!linux || hasAny(linux.uidMappings) || hasAny(linux.gidMappings) || !Array.isArray(linux.namespaces)) return;
  if (!linux.namespaces.some((one) => one?.type === 'user' && !one.path)) return;
  const { euid, egid } = native.ids();
  const names = namesOf(euid);
  const { uid, gid } = spec?.process?.user ?? {};
  linux.uidMappings = mappings(idOf(uid), euid, subordinate('/etc/subuid', names));
  linux.gidMappings = mappings(idOf(gid), egid, subordinate('/etc/subgid', names));
}

interface Range {
  readonly start: number;
  readonly size: number;
}

/** Below the process's id, the process itself, above it: in this order as many subordinate ids as there are. */
export function mappings(inside: number, own: number, { start, size }: Range): IdMapping[] {
  const below = Math.min(inside, size);
  const result: IdMapping[] = [];
  if (below > 0) result.push({ containerID: 0, hostID: start, size: below });
  result.push({ containerID: inside, hostID: own, size: 1 });
  if (size > below) result.push({ containerID: inside + 1, hostID: start + below, size: size - below });
  return result;
}

/** The first range of a user, who is named or numbered; none: nothing but the own id can be mapped. */
function subordinate(path: string, names: readonly string[]): Range {
  for (const line of lines(path)) {
    const [name = '', start, size] = line.split(':');
    if (names.includes(name)) return { start: Number(start) || 0, size: Number(size) || 0 };
  }
  return { start: 0, size: 0 };
}

function namesOf(uid: number): string[] {
  const names = [String(uid)];
  for (const line of lines('/etc/passwd')) {
    const [name = '', , id] = line.split(':');
    if (id === String(uid)) names.push(name);
  }
  return names;
}

function lines(path: string): string[] {
  try {
    return native.readFile(path).split('\n');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES')) return [];
    throw error;
  }
}

function hasAny(list: unknown): boolean {
  return list !== undefined && list !== null && !(Array.isArray(list) && list.length === 0);
}

function idOf(id: unknown): number {
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : 0;
}
