/** `update`: new limits for a container that is there. */

import { RuntimeError } from '../errors.ts';
import type { Resources } from '../spec/types.ts';
import { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';
import { existingGroups } from './existing.ts';
import { statusOf } from './status.ts';

export interface UpdateRequest {
  readonly id: string;
  /** What is to change; the rest stays. Device rules are left alone, as in runc. What came as text goes through `parseResources` first. */
  readonly resources: Resources;
}

/**
 * Writes the limits: all of them, or on failure none.
 *
 * @throws RuntimeError NotFound; FailedPrecondition `container not running`, `rejecting memory limit 1 <= usage 2`; what the kernel refuses,
 * in runc's words
 */
export async function update(context: Context, { id, resources }: UpdateRequest): Promise<void> {
  const folder = new ContainerFolder(context, id);
  const saved = folder.mustLoad();
  folder.demandOurs();
  const status = statusOf(folder, saved);
  if (status === 'stopped' || status === 'creating')
    throw new RuntimeError('FailedPrecondition', 'container not running');
  if (resources.devices?.length) context.log.debug('update leaves device rules as they are');
  const groups = await existingGroups(saved);
  for (const warning of groups.set(resources, 'update')) context.log.warn(warning);
}
