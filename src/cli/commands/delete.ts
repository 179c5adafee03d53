import { remove } from '../../runtime/delete.ts';
import { containerId, type Invocation } from '../command.ts';

export async function run({ context, args, values }: Invocation<'delete'>): Promise<number> {
  const { force, regex } = values;
  const id = containerId(args);
  if (regex) {
    const { forEachMatch } = await import('../matching.ts');
    return await forEachMatch(context, id, (each) => remove(context, { id: each, force }));
  }
  await remove(context, { id, force });
  return 0;
}
