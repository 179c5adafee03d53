import { RuntimeError } from '../../errors.ts';
import type { Context } from '../../runtime/context.ts';
import { processes } from '../../runtime/ps.ts';
import { containerId, type Invocation, print } from '../command.ts';

/** `json`: the pids on the host. `table`: their lines of `ps -ef`, or what the host's ps says of them when options for it follow the id. */
export async function run({ context, args, values }: Invocation<'ps'>): Promise<number> {
  const pids = processes(context, containerId(args));
  const format = values.format ?? 'table';
  // Go's encoder writes `null` for a list that was never made.
  if (format === 'json') print(`${pids.length === 0 ? 'null' : JSON.stringify(pids)}\n`);
  else if (format === 'table') print(await table(context, pids, args.slice(1)));
  else throw new RuntimeError('InvalidArgument', 'invalid format option', { hint: 'use table or json' });
  return 0;
}

async function table(context: Context, pids: readonly number[], options: readonly string[]): Promise<string> {
  if (options.length === 0) return (await import('../../runtime/ps-full.ts')).fullTable(pids);
  return (await import('../../runtime/ps-table.ts')).processTable(context, pids, options);
}
