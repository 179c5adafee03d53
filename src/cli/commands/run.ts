import { run as runContainer } from '../../runtime/run.ts';
import { birthRequest } from '../birth.ts';
import type { Invocation } from '../command.ts';
import { prefixed } from '../failure.ts';

/** @returns the exit code of the container's process, or 0 when detached. */
export async function run(invocation: Invocation<'run'>): Promise<number> {
  const { context, values } = invocation;
  try {
    const { detach, keep, 'no-subreaper': noSubreaper } = values;
    return await runContainer(context, { ...birthRequest(invocation), detach, keep, noSubreaper });
  } catch (error) {
    throw prefixed('hoist run failed', error);
  }
}
