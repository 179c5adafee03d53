import { pause } from '../../runtime/pause.ts';
import { containerId, type Invocation } from '../command.ts';

export function run({ context, args }: Invocation<'pause'>): number {
  pause(context, containerId(args));
  return 0;
}
