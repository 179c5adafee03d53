/** `update`: new limits for a container that is there. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Resources } from '../spec/types.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { existingGroups } from './existing.ts';
import { statusOf } from './status.ts';

export interface UpdateRequest {
  readonly id: string;
  /** What is to change; the rest stays. Device rules are left alone, as in runc. What came as text goes through `parseResources` first. */
  readonly resources: Resources;
  /** Lines for the schemata of the container's class of service; it must have one (linux.intelRdt). */
  readonly l3CacheSchema?: string | undefined;
  readonly memBwSchema?: string | undefined;
}

/**
 * Writes the limits: all of them, or on failure none.
 *
 * @throws RuntimeError NotFound; FailedPrecondition `container not running`, `rejecting memory limit 1 <= usage 2`; what the kernel refuses,
 * in runc's words
 */
export async function update(context: Context, request: UpdateRequest): Promise<void> {
  const { id, resources } = request;
  const folder = new ContainerFolder(context, id);
  const saved = folder.mustLoad();
  folder.demandOurs();
  const status = statusOf(folder, saved);
  if (status === 'stopped' || status === 'creating')
    throw new RuntimeError('FailedPrecondition', 'container not running');
  if (resources.devices?.length) context.log.debug('update leaves device rules as they are');
  const groups = await existingGroups(saved);
  const setBack = await changeSchemata(saved, request);
  try {
    for (const warning of groups.set(resources, 'update')) context.log.warn(warning);
  } catch (error) {
    setBack?.();
    throw error;
  }
}

/** @returns what undoes it; undefined when nothing was asked. @throws RuntimeError in runc's words */
async function changeSchemata(saved: SavedState, request: UpdateRequest): Promise<(() => void) | undefined> {
  const { l3CacheSchema, memBwSchema } = request;
  if (!l3CacheSchema && !memBwSchema) return undefined;
  const { change, demandFeature, findResctrl } = await import('../cgroup/resctrl.ts');
  const root = findResctrl(native);
  demandFeature(native, root, 'L3', l3CacheSchema, 'Intel RDT/CAT: l3 cache schema is not enabled');
  demandFeature(native, root, 'MB', memBwSchema, 'Intel RDT/MBA: memory bandwidth schema is not enabled');
  if (saved.intel_rdt) return change(native, saved.intel_rdt, request);
  const text = 'updating a non-existent Intel RDT configuration is not supported';
  throw new RuntimeError('FailedPrecondition', text, { stage: 'intelRdt' });
}
