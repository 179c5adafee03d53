import { resume } from '../../runtime/pause.ts';
import { containerId, type Invocation } from '../command.ts';

export function run({ context, args }: Invocation<'resume'>): number {
  resume(context, containerId(args));
  return 0;
}
