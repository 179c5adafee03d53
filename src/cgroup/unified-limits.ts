import { isSystemError, RuntimeError } from '../errors.ts';
import type { Int, MemoryResources } from '../spec/types.ts';
import { detailOf } from './failure.ts';
import { type GroupNative, read } from './files.ts';
import type { Journal } from './journal.ts';
import { unifiedPlan } from './resources-v2.ts';
import { writeLimits } from './write.ts';

/**
 * linux.resources.unified: files of cgroup v2 by name.
 *
 * @throws RuntimeError InvalidArgument with runc's words for each way in which a name can be wrong.
 */
export function setUnified(
  native: GroupNative,
  directory: string | undefined,
  unified: Record<string, string>,
  journal?: Journal,
): void {
  for (const write of unifiedPlan(unified).writes) {
    try {
      writeLimits(native, [write], () => directory, journal);
    } catch (error) {
      throw failure(native, directory ?? '', write.file, write.controller, error);
    }
  }
}

function failure(native: GroupNative, directory: string, file: string, controller: string, error: unknown): unknown {
  const cause = error instanceof RuntimeError ? error.cause : error;
  if (!isSystemError(cause)) return error;
  let text = `unable to set unified resource "${file}": ${error instanceof Error ? error.message : String(error)}`;
  if (isSystemError(cause, 'ENOENT', 'EPERM', 'EACCES')) {
    const available = (read(native, `${directory}/cgroup.controllers`) ?? '').trim().split(' ');
    if (controller === '') text = `unified resource "${file}" must be in the form CONTROLLER.PARAMETER`;
    else if (controller !== 'cgroup' && !available.includes(controller)) {
      text = `unified resource "${file}" can't be set: controller "${controller}" not available`;
    }
  }
  return new RuntimeError('InvalidArgument', text, detailOf(cause), error);
}

/**
 * memory.checkBeforeUpdate: v2 does not refuse a limit below the usage, it kills until the usage fits.
 *
 * @throws RuntimeError FailedPrecondition.
 */
export function checkUsage(native: GroupNative, directory: string, memory: MemoryResources): void {
  const current = read(native, `${directory}/memory.current`);
  if (current === undefined) return;
  const usage = BigInt(current.trim());
  const check = (what: string, limit: Int | undefined) => {
    if (!limit || limit < 0 || BigInt(limit) > usage) return;
    const text = `rejecting ${what} limit ${limit} <= usage ${usage}`;
    throw new RuntimeError('FailedPrecondition', text, { stage: 'cgroup', path: directory });
  };
  check('memory+swap', memory.swap);
  check('memory', memory.limit);
}
