import { isSystemError, RuntimeError } from '../errors.ts';
import { detailOf, writeFailure } from './failure.ts';
import { type GroupNative, read } from './files.ts';
import type { Write } from './resources.ts';

/**
 * Writes limits in their order.
 *
 * @param directoryOf the container's group for a controller; undefined when it has none.
 * @throws RuntimeError with runc's words; the first failure ends it.
 */
export function writeLimits(
  native: GroupNative,
  writes: readonly Write[],
  directoryOf: (controller: string) => string | undefined,
): void {
  const later: { directory: string; write: Write }[] = [];
  for (const write of writes) {
    const directory = directoryOf(write.controller);
    if (directory === undefined) throw noGroup(write.controller);
    try {
      writeOne(native, directory, write);
    } catch (error) {
      if (!write.again || !isSystemError(error, 'EINVAL')) throw explain(native, directory, write, error);
      later.push({ directory, write });
    }
  }
  for (const { directory, write } of later) {
    try {
      writeOne(native, directory, write);
    } catch (error) {
      throw explain(native, directory, write, error);
    }
  }
}

function writeOne(native: GroupNative, directory: string, { file, value, otherwise, optional }: Write): void {
  try {
    native.writeFile(`${directory}/${file}`, value);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    if (otherwise !== undefined) native.writeFile(`${directory}/${otherwise.file}`, otherwise.value);
    else if (!optional) throw error;
  }
}

/** A limit was asked for, but the group is not there: not mounted, or not ours to make. runc's text. */
export function noGroup(controller: string): RuntimeError {
  return new RuntimeError(
    'FailedPrecondition',
    `cannot set ${controller} limit: container could not join or create cgroup`,
    {
      stage: 'cgroup',
      hint:
        `the controller ${controller} is not mounted, or this user may not make groups in it: ` +
        'take the limit out of linux.resources, or let the administrator delegate a group (cgroup v2, systemd Delegate=yes)',
    },
  );
}

function explain(native: GroupNative, directory: string, write: Write, error: unknown): unknown {
  if (isSystemError(error, 'EBUSY') && write.file === 'memory.limit_in_bytes') {
    const usage = read(native, `${directory}/memory.usage_in_bytes`)?.trim();
    const peak = read(native, `${directory}/memory.max_usage_in_bytes`)?.trim();
    const text = `unable to set memory limit to ${write.value} (current usage: ${usage}, peak usage: ${peak})`;
    return new RuntimeError('FailedPrecondition', text, detailOf(error), error);
  }
  if (!isSystemError(error, 'ENOENT')) return writeFailure(error, write.value);
  return new RuntimeError(
    'FailedPrecondition',
    error.message,
    { ...detailOf(error), hint: missingHint(native, directory, write) },
    error,
  );
}

/** Why a file of a group does not exist. */
function missingHint(native: GroupNative, directory: string, { controller, file }: Write): string {
  const available = read(native, `${directory}/cgroup.controllers`);
  if (available === undefined) return `this kernel has no ${file}`;
  if (available.trim().split(' ').includes(controller)) return `this kernel has no ${file}`;
  const parent = directory.slice(0, directory.lastIndexOf('/'));
  const processes = read(native, `${parent}/cgroup.procs`);
  const why = processes
    ? `${parent} has processes of its own, and such a group cannot pass controllers on (the rule "no internal processes")`
    : `${parent}/cgroup.subtree_control does not name it`;
  return `the controller ${controller} is not enabled in the container's group: ${why}`;
}
