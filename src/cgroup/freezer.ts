import { isSystemError, RuntimeError } from '../errors.ts';
import type { FreezerState } from './cgroup.ts';
import { type GroupNative, read, readKey, sleep } from './files.ts';
import { until } from './processes.ts';

/** How long a group may take to freeze; milliseconds. runc's limit. */
const PATIENCE = 10_000;

/** Controller to directory, as state.json records it and `Cgroup.paths` has it. */
type Paths = Readonly<Record<string, string>>;

/**
 * Freezes a container's processes by its recorded groups, without the rest of the cgroup room: v1's freezer where there is one, else
 * the unified group.
 *
 * @throws RuntimeError DeadlineExceeded when they do not freeze, FailedPrecondition when there is no group to freeze.
 */
export function freezeGroups(native: GroupNative, paths: Paths): void {
  if (paths.freezer !== undefined) freezeV1(native, paths.freezer);
  else if (paths[''] !== undefined) freezeV2(native, paths['']);
  else {
    throw new RuntimeError('FailedPrecondition', 'cannot toggle freezer: cgroups not configured for container', {
      stage: 'cgroup',
      hint: 'a rootless container is frozen through a group that is delegated to the user (cgroup v2, systemd: Delegate=yes)',
    });
  }
}

/** Lets them go on; groups that are not there need no thawing. */
export function thawGroups(native: GroupNative, paths: Paths): void {
  if (paths.freezer !== undefined) thawV1(native, paths.freezer);
  else if (paths[''] !== undefined) thawV2(native, paths['']);
}

export function freezerState(native: GroupNative, paths: Paths): FreezerState {
  if (paths.freezer !== undefined) return freezerStateV1(native, paths.freezer);
  return paths[''] === undefined ? 'undefined' : freezerStateV2(native, paths['']);
}

/**
 * Freezes a v1 group.
 *
 * Processes that appear meanwhile can keep a v1 group in FREEZING for ever, so the state is written again and again, and now and then
 * thawed for a moment (runc's way; v2 does not have this weakness).
 *
 * @throws RuntimeError DeadlineExceeded when it does not freeze; it is thawed then, a half frozen group is dangerous.
 */
function freezeV1(native: GroupNative, directory: string): void {
  const file = `${directory}/freezer.state`;
  try {
    for (let attempt = 0; attempt < 1000; attempt++) {
      if (attempt % 50 === 49) {
        native.writeFile(file, 'THAWED');
        sleep(10);
      }
      native.writeFile(file, 'FROZEN');
      if (attempt % 25 === 24) sleep(1);
      const state = native.readFile(file).trim();
      if (state === 'FROZEN') return;
      if (state !== 'FREEZING')
        throw new RuntimeError('Internal', `unexpected state ${state} while freezing`, { stage: 'cgroup', path: file });
    }
    throw new RuntimeError('DeadlineExceeded', 'unable to freeze', { stage: 'cgroup', path: file });
  } catch (error) {
    thawQuietly(() => native.writeFile(file, 'THAWED'));
    throw error;
  }
}

/** What a killed `create` has not made yet needs no thawing. */
function thawV1(native: GroupNative, directory: string): void {
  writeIfThere(native, `${directory}/freezer.state`, 'THAWED');
}

/** A group that is frozen only because one above it is counts as thawed: it is not ours to thaw. */
export function freezerStateV1(native: GroupNative, directory: string): FreezerState {
  let state: string | undefined;
  until(native, PATIENCE, () => {
    state = read(native, `${directory}/freezer.state`)?.trim();
    return state !== 'FREEZING';
  });
  if (state === undefined) return 'undefined';
  if (state === 'THAWED') return 'thawed';
  return read(native, `${directory}/freezer.self_freezing`)?.trim() === '0' ? 'thawed' : 'frozen';
}

/**
 * Freezes a v2 group and waits until it is.
 *
 * @throws RuntimeError DeadlineExceeded after ten seconds; it is thawed then.
 */
function freezeV2(native: GroupNative, directory: string): void {
  native.writeFile(`${directory}/cgroup.freeze`, '1');
  if (until(native, PATIENCE, () => readKey(native, `${directory}/cgroup.events`, 'frozen') === 1)) return;
  thawQuietly(() => thawV2(native, directory));
  throw new RuntimeError('DeadlineExceeded', 'timeout of 10s reached waiting for the cgroup to freeze', {
    stage: 'cgroup',
    path: directory,
  });
}

function thawV2(native: GroupNative, directory: string): void {
  writeIfThere(native, `${directory}/cgroup.freeze`, '0');
}

export function freezerStateV2(native: GroupNative, directory: string): FreezerState {
  const wanted = read(native, `${directory}/cgroup.freeze`)?.trim();
  if (wanted === undefined) return 'undefined';
  return wanted === '1' ? 'frozen' : 'thawed';
}

function writeIfThere(native: GroupNative, file: string, text: string): void {
  try {
    native.writeFile(file, text);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENODEV')) throw error;
  }
}

function thawQuietly(thaw: () => void): void {
  try {
    thaw();
  } catch {
    return; // the first error is the one to tell
  }
}
