import { start } from '../../runtime/start.ts';
import { containerId, type Invocation } from '../command.ts';

export async function run({ context, args }: Invocation<'start'>): Promise<number> {
  await start(context, containerId(args), process.env.NOTIFY_SOCKET || undefined);
  return 0;
}
