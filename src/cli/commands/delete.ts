import { remove } from '../../runtime/delete.ts';
import type { Invocation } from '../command.ts';

export async function run({ context, args, values }: Invocation<'delete'>): Promise<number> {
  await remove(context, { id: args[0] ?? '', force: values.force });
  return 0;
}
