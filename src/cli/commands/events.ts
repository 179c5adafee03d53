import { RuntimeError } from '../../errors.ts';
import { type ContainerEvent, events, stats } from '../../runtime/events.ts';
import { state } from '../../runtime/state.ts';
import { stringify } from '../../spec/stringify.ts';
import { containerId, type Invocation, print } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../parse.ts';

/** One JSON object a line. */
export async function run({ context, args, values }: Invocation<'events'>): Promise<number> {
  const id = containerId(args);
  const intervalMs = parseDuration(values.interval ?? '5s');
  if (intervalMs === undefined)
    throw new UsageError(`invalid value ${JSON.stringify(values.interval)} for flag -interval: parse error`);
  state(context, id); // a container that does not exist is the first thing to say
  if (intervalMs <= 0) throw new RuntimeError('InvalidArgument', 'duration interval must be greater than 0');
  if (values.stats) printEvent({ type: 'stats', id, data: await stats(context, id) });
  else await events(context, { id, intervalMs }, printEvent);
  return 0;
}

function printEvent(event: ContainerEvent): void {
  print(`${stringify(event)}\n`);
}
