/** Containers whose groups systemd makes, and what systemd says of their units. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type Patch, USER } from '../../../integration/harness/bundle.ts';
import type { Caller, RunOptions } from '../../../integration/harness/caller.ts';

export const throughSystemd: RunOptions = { globals: ['--systemd-cgroup'] };

/** A container that stays, as a unit of this cgroupsPath. */
export function unitOf(cgroupsPath: string | undefined, patch: Patch = () => undefined): Patch {
  return (config, bundle) => {
    config.process.args = ['sleep', '1000'];
    // Without one, peers mount cgroup2 anew, with other options than the guest's.
    config.linux.namespaces?.push({ type: 'cgroup' });
    if (cgroupsPath !== undefined) config.linux.cgroupsPath = cgroupsPath;
    return patch(config, bundle);
  };
}

/** What systemctl says, as the system's or the user's. */
export function systemctl(args: readonly string[], user = false): string {
  const whose = user ? ['--user', '-M', `${USER}@`] : [];
  return execFileSync('systemctl', [...whose, ...args], { encoding: 'utf8' });
}

/** Properties of a unit; a list has a line for each item. */
export function properties(unit: string, names: readonly string[], user = false): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const line of systemctl(['show', unit, '-p', names.join(',')], user)
    .trimEnd()
    .split('\n')) {
    const at = line.indexOf('=');
    const name = line.slice(0, at);
    result[name] = [...(result[name] ?? []), line.slice(at + 1)];
  }
  return result;
}

/** Not known any more, not even as failed. */
export const isGone = (unit: string, user = false) =>
  properties(unit, ['LoadState', 'ActiveState'], user).LoadState?.[0] === 'not-found';

/** Lines of files of a group. */
export function values(group: string, files: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const file of files) result[file] = readFileSync(`${group}/${file}`, 'utf8').trim();
  return result;
}

/** Which of these files a process of the container can open; the others are forbidden. */
export async function opens(caller: Caller, id: string, paths: readonly string[]): Promise<string[]> {
  const script = paths.map((path) => `dd if=${path} of=/dev/zero count=0 2>/dev/null && echo ${path}`).join('; ');
  const { stdout } = await caller.runtime(['exec', id, 'sh', '-c', `${script}; true`]);
  return stdout.trim().split('\n').filter(Boolean);
}

/** A systemd of the unprivileged user's own. Its folder below /run/user covers what was there: to be called before `useGuest`. */
export function userSession(): void {
  execFileSync('loginctl', ['enable-linger', String(USER)]);
  const bus = `/run/user/${USER}/bus`;
  for (let waited = 0; !existsSync(bus); waited++) {
    if (waited > 600) throw new Error(`${bus} does not come`);
    execFileSync('sleep', ['0.1']);
  }
}
