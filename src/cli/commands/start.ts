import { start } from '../../runtime/start.ts';
import type { Invocation } from '../command.ts';

export async function run({ context, args }: Invocation<'start'>): Promise<number> {
  await start(context, args[0] ?? '');
  return 0;
}
