import { isSystemError } from '../errors.ts';
import type { Native } from '../host/native.ts';
import { writeFailure } from './failure.ts';

/** The part of the addon that groups take. */
export type GroupNative = Pick<
  Native,
  | 'readFile'
  | 'writeFile'
  | 'mkdir'
  | 'rmdir'
  | 'readDirectory'
  | 'open'
  | 'close'
  | 'write'
  | 'chown'
  | 'stat'
  | 'kill'
  | 'now'
  | 'attachDeviceProgram'
>;

/**
 * Makes a group and what is missing above it, without looking first: one mkdir(2) in the ordinary case.
 *
 * @returns the directories that were made, the highest first; empty when the group was there.
 */
export function makeGroup(native: GroupNative, path: string): string[] {
  try {
    return native.mkdir(path, 0o755) ? [path] : [];
  } catch (error) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (!isSystemError(error, 'ENOENT') || parent === '') throw error;
    const above = makeGroup(native, parent);
    return native.mkdir(path, 0o755) ? [...above, path] : above;
  }
}

/** The content of a file, or undefined when it (or its group) does not exist. */
export function read(native: GroupNative, path: string): string | undefined {
  try {
    return native.readFile(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENODEV')) return undefined;
    throw error;
  }
}

/** The value of `key value` in a file of such lines; 0 when the file or the key is not there. */
export function readKey(native: GroupNative, path: string, key: string): number {
  const line = (read(native, path) ?? '').split('\n').find((one) => one.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

/**
 * Processes of a group, in its reader's pid namespace.
 *
 * @param nested also those of the groups below it. A group that vanishes meanwhile is no failure.
 */
export function readPids(native: GroupNative, path: string, nested: boolean): number[] {
  const pids = readProcs(native, path)
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0); // 0 is a process outside our pid namespace
  if (!nested) return pids;
  for (const child of childGroups(native, path)) pids.push(...readPids(native, `${path}/${child}`, true));
  return pids;
}

function readProcs(native: GroupNative, path: string): string {
  try {
    return read(native, `${path}/cgroup.procs`) ?? '';
  } catch (error) {
    // A threaded group of v2 does not list processes.
    if (isSystemError(error, 'EOPNOTSUPP', 'ENOTSUP')) return read(native, `${path}/cgroup.threads`) ?? '';
    throw error;
  }
}

function childGroups(native: GroupNative, path: string): string[] {
  try {
    return native
      .readDirectory(path)
      .filter((entry) => entry.kind === 'directory')
      .map((entry) => entry.name);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENODEV')) return [];
    throw error;
  }
}

/**
 * Removes a group and those below it. A group stays busy for a moment after its last process was reaped, so EBUSY is tried again
 * for about a second in all.
 *
 * @throws the last SystemError, EBUSY when processes are still there.
 */
export function removeGroup(native: GroupNative, path: string): void {
  try {
    native.rmdir(path);
    return;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    // EROFS comes even for what does not exist (runc#4518): the listing tells.
    if (!isSystemError(error, 'EBUSY', 'ENOTEMPTY', 'EROFS', 'EACCES', 'EPERM')) throw error;
  }
  for (const child of childGroups(native, path)) removeGroup(native, `${path}/${child}`);
  for (let delay = 1; ; delay *= 2) {
    try {
      native.rmdir(path);
      return;
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return;
      if (isSystemError(error, 'EROFS') && read(native, `${path}/cgroup.procs`) === undefined) return;
      if (!isSystemError(error, 'EBUSY') || delay > 512) throw error;
    }
    sleep(delay);
  }
}

/**
 * Moves a process in.
 *
 * EINVAL can mean a process that is still being born (TASK_NEW): tried again five times, as runc does. Note that the kernel waits
 * for an RCU grace period here (4 to 9 ms seen); a thread that writes 0 to `tasks` itself does not.
 */
export function moveProcess(native: GroupNative, path: string, pid: number): void {
  for (let attempt = 1; ; attempt++) {
    try {
      native.writeFile(`${path}/cgroup.procs`, String(pid));
      return;
    } catch (error) {
      if (isSystemError(error, 'EINVAL') && attempt < 5) sleep(30);
      else throw writeFailure(error, String(pid));
    }
  }
}

/** Stops this thread; milliseconds. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
