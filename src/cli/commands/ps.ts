import { RuntimeError } from '../../errors.ts';
import { processes } from '../../runtime/ps.ts';
import { processTable } from '../../runtime/ps-table.ts';
import { containerId, type Invocation, print } from '../command.ts';

/** `json`: the pids on the host. `table`: what the host's ps says of them; what follows the id is for it. */
export function run({ context, args, values }: Invocation<'ps'>): number {
  const pids = processes(context, containerId(args));
  const format = values.format ?? 'table';
  // Go's encoder writes `null` for a list that was never made.
  if (format === 'json') print(`${pids.length === 0 ? 'null' : JSON.stringify(pids)}\n`);
  else if (format === 'table') print(processTable(context, pids, args.slice(1)));
  else throw new RuntimeError('InvalidArgument', 'invalid format option', { hint: 'use table or json' });
  return 0;
}
