import { isSystemError, RuntimeError } from '../errors.ts';
import { type GroupNative, read, readKey } from './files.ts';

/** What a look at the notifications said: somebody was killed for memory, or the group is empty or gone. */
export type OomNews = 'oom' | 'gone';

/** Notifications of the kernel's OOM killer for one container. */
export interface OomWatch {
  /** Readable when there is news. */
  readonly descriptor: number;
  /** Takes what has come in; does not wait. */
  news(): OomNews[];
  close(): void;
}

type OomNative = GroupNative & {
  eventfd(): number;
  watchFiles(paths: readonly string[]): number;
  read(descriptor: number, size: number, timeoutMs: number): Uint8Array | undefined;
};

/**
 * Opens the notifications: on v1 an eventfd that is registered in cgroup.event_control (Documentation/admin-guide/cgroup-v1/memory.rst,
 * section 9), on v2 inotify on memory.events and cgroup.events.
 *
 * @throws RuntimeError FailedPrecondition without a memory controller; SystemError where the group may not be watched
 */
export function watchOom(native: OomNative, version: 1 | 2, paths: Readonly<Record<string, string>>): OomWatch {
  const directory = version === 2 ? paths[''] : paths.memory;
  if (directory === undefined) {
    throw new RuntimeError('FailedPrecondition', 'memory controller missing', {
      stage: 'cgroup',
      hint: 'OOM events come from the memory group of the container, and it has none; --stats works without',
    });
  }
  return version === 2 ? watchV2(native, directory) : watchV1(native, directory);
}

function watchV1(native: OomNative, directory: string): OomWatch {
  const control = `${directory}/cgroup.event_control`;
  const descriptor = native.eventfd();
  try {
    const file = native.open(`${directory}/memory.oom_control`, 0);
    try {
      native.writeFile(control, `${descriptor} ${file}`);
    } finally {
      native.close(file);
    }
  } catch (error) {
    native.close(descriptor);
    throw error;
  }
  const news = (): OomNews[] => {
    if (take(native, descriptor, 8) === undefined) return [];
    // The kernel writes when the group is removed, too.
    return [native.stat(control) === undefined ? 'gone' : 'oom'];
  };
  return { descriptor, news, close: () => native.close(descriptor) };
}

function watchV2(native: OomNative, directory: string): OomWatch {
  const events = `${directory}/memory.events`;
  const descriptor = native.watchFiles([events, `${directory}/cgroup.events`]);
  // memory.events counts since the group was made, and changes for less than a kill.
  let kills = readKey(native, events, 'oom_kill');
  const news = (): OomNews[] => {
    // What has changed is looked up, not taken from the notice: the kernel sends it some milliseconds late.
    while (take(native, descriptor, 4096) !== undefined);
    const now = readKey(native, events, 'oom_kill');
    const found: OomNews[] = now > kills ? ['oom'] : [];
    kills = Math.max(kills, now);
    const state = read(native, `${directory}/cgroup.events`);
    if (state === undefined || state.includes('populated 0')) found.push('gone');
    return found;
  };
  return { descriptor, news, close: () => native.close(descriptor) };
}

function take(native: OomNative, descriptor: number, size: number): Uint8Array | undefined {
  try {
    return native.read(descriptor, size, 0);
  } catch (error) {
    if (isSystemError(error, 'ETIMEDOUT')) return undefined;
    throw error;
  }
}
