import { state } from '../../runtime/state.ts';
import { containerId, type Invocation, print } from '../command.ts';
import { goJson } from '../json.ts';

/** Two spaces of indentation and no line break at the end, as runc prints it. */
export function run({ context, args }: Invocation<'state'>): number {
  print(goJson(state(context, containerId(args)), 2));
  return 0;
}
