import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { addMounts, parseMounts, removeMounts } from '../../runtime/mounts.ts';
import { containerId, type Invocation } from '../command.ts';

const LIMIT = 64 * 1024 * 1024;

export async function run({ context, args }: Invocation<'mounts'>): Promise<number> {
  const [action = '', ...rest] = args;
  const id = containerId(rest);
  const path = rest[1] ?? '';
  if (action !== 'add' && action !== 'remove') {
    throw new RuntimeError('InvalidArgument', `unknown command ${JSON.stringify(action)}, must be add or remove`);
  }
  const mounts = parseMounts(native.readFile(path, LIMIT), path);
  if (action === 'add') await addMounts(context, id, mounts);
  else
    await removeMounts(
      context,
      id,
      mounts.map(({ destination }) => destination),
    );
  return 0;
}
