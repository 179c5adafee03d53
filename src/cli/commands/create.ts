import { create } from '../../runtime/create.ts';
import { birthRequest } from '../birth.ts';
import type { Invocation } from '../command.ts';
import { prefixed } from '../failure.ts';

export async function run(invocation: Invocation<'create'>): Promise<number> {
  try {
    await create(invocation.context, birthRequest(invocation));
    return 0;
  } catch (error) {
    throw prefixed('hoist create failed', error);
  }
}
