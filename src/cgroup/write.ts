import { isSystemError, RuntimeError } from '../errors.ts';
import { detailOf, writeFailure } from './failure.ts';
import { type GroupNative, read } from './files.ts';
import { Journal } from './journal.ts';
import type { Write } from './resources.ts';

/**
 * Writes limits in their order.
 *
 * @param directoryOf the container's group for a controller; undefined when it has none.
 * @param journal remembers what was there before, for limits of a running container.
 * @throws RuntimeError with runc's words; the first failure ends it.
 */
export function writeLimits(
  native: GroupNative,
  writes: readonly Write[],
  directoryOf: (controller: string) => string | undefined,
  journal?: Journal,
): void {
  const writeFile = (path: string, value: string) =>
    journal === undefined ? native.writeFile(path, value) : journal.write(path, value);
  const later: { directory: string; write: Write }[] = [];
  for (const write of writes) {
    const directory = directoryOf(write.controller);
    if (directory === undefined) throw noGroup(write.controller);
    try {
      writeOne(writeFile, directory, write);
    } catch (error) {
      if (!write.again || !isSystemError(error, 'EINVAL')) throw explain(native, directory, write, error);
      later.push({ directory, write });
    }
  }
  for (const { directory, write } of later) {
    try {
      writeOne(writeFile, directory, write);
    } catch (error) {
      throw explain(native, directory, write, error);
    }
  }
}

function writeOne(writeFile: GroupNative['writeFile'], directory: string, write: Write): void {
  const { file, value, otherwise, optional } = write;
  try {
    writeFile(`${directory}/${file}`, value);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    if (otherwise !== undefined) writeFile(`${directory}/${otherwise.file}`, otherwise.value);
    else if (!optional) throw error;
  }
}

/**
 * Limits of a running container: all of them, or none.
 *
 * @param change writes them through the journal it is given.
 * @throws RuntimeError what `change` threw, once what it had written is set back; its hint names files that could not be.
 */
export function allOrNone(native: GroupNative, change: (journal: Journal) => void): void {
  const journal = new Journal(native);
  try {
    change(journal);
  } catch (error) {
    const failed = journal.undo();
    if (failed.length === 0 || !(error instanceof RuntimeError)) throw error;
    const hint = `some limits were changed before this failed, and could not be set back: ${failed.join(' ')}`;
    throw new RuntimeError(error.code, error.message, { ...error.detail, hint }, error.cause);
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
