import { RuntimeError } from '../../errors.ts';
import { kill } from '../../runtime/kill.ts';
import { state } from '../../runtime/state.ts';
import { containerId, type Invocation } from '../command.ts';
import { parseSignal } from '../signal.ts';

export async function run({ context, args, values }: Invocation<'kill'>): Promise<number> {
  const id = containerId(args);
  const word = args[1] ?? '';
  const signal = parseSignal(word === '' ? 'SIGTERM' : word);
  if (signal === undefined) {
    if (!values.regex) state(context, id); // a container that does not exist is the first thing to say
    throw new RuntimeError('InvalidArgument', `unknown signal ${JSON.stringify(word)}`);
  }
  const { all, regex } = values;
  if (regex) {
    const { forEachMatch } = await import('../matching.ts');
    return await forEachMatch(context, id, (each) => kill(context, { id: each, signal, all }));
  }
  await kill(context, { id, signal, all });
  return 0;
}
