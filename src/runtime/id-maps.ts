/** Writes the id maps of a new user namespace: directly, or through newuidmap and newgidmap (user_namespaces(7)). */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { idMap } from '../plan/namespaces.ts';
import type { IdMapping } from '../spec/types.ts';

const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

/** True when this process may write only a map of its own id, so that the kernel wants `deny` in setgroups first (CVE-2014-8989). */
export function mapsOnlySelf(mappings: readonly IdMapping[] | undefined, euid: number): boolean {
  return euid !== 0 && mappings?.length === 1 && mappings[0]?.size === 1;
}

/**
 * @param pid hoist-init's second stage
 * @throws RuntimeError with a hint when the helpers are missing or refuse
 */
export function writeIdMaps(pid: number, uid: readonly IdMapping[], gid: readonly IdMapping[], euid: number): void {
  if (euid !== 0 && mapsOnlySelf(gid, euid)) native.writeProcess(pid, 'setgroups', 'deny');
  writeMap(pid, 'uid_map', 'newuidmap', uid, euid);
  writeMap(pid, 'gid_map', 'newgidmap', gid, euid);
}

function writeMap(pid: number, file: string, helper: string, mappings: readonly IdMapping[], euid: number): void {
  try {
    if (euid !== 0 && !mapsOnlySelf(mappings, euid)) throw new Error('needs the helper');
    native.writeProcess(pid, file, idMap(mappings));
  } catch (error) {
    if (isSystemError(error) && !isSystemError(error, 'EPERM')) throw error;
    writeWithHelper(pid, helper, mappings, error);
  }
}

function writeWithHelper(pid: number, name: string, mappings: readonly IdMapping[], cause: unknown): void {
  const path = FOLDERS.map((folder) => `${folder}/${name}`).find((candidate) => native.access(candidate, 1));
  if (!path) {
    const why = isSystemError(cause) ? cause.message : 'more than the own id is mapped';
    throw new RuntimeError('FailedPrecondition', `cannot write the id map (${why}) and ${name} was not found`, {
      stage: 'user namespace',
      hint: `install ${name} (Debian: apt-get install uidmap) and give the user ranges in /etc/subuid and /etc/subgid`,
    });
  }
  const numbers = mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size].map(String));
  const child = native.spawnProcess({ path, argv: [name, String(pid), ...numbers], env: [], input: '' });
  const status = native.waitProcess(child.pidfd, -1);
  const output = native.readTail(child.output, 1024).trim();
  native.close(child.pidfd);
  native.close(child.output);
  if (status?.code === 0) return;
  throw new RuntimeError(
    'FailedPrecondition',
    `${name} failed: ${output || `exit status ${status?.code ?? status?.signal}`}`,
    {
      stage: 'user namespace',
      hint: 'check the ranges of this user in /etc/subuid and /etc/subgid against linux.uidMappings and linux.gidMappings',
    },
  );
}
