import { remove } from '../../runtime/delete.ts';
import { containerId, type Invocation } from '../command.ts';

export async function run({ context, args, values }: Invocation<'delete'>): Promise<number> {
  await remove(context, { id: containerId(args), force: values.force });
  return 0;
}
