import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { list } from '../../runtime/list.ts';
import { type Invocation, print } from '../command.ts';
import { goJson } from '../json.ts';
import { ownerNames } from '../owner.ts';
import { formatTable } from '../tabular.ts';

const header = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'];

/** A folder that is not a container is a line on standard error, not a failure. */
export function run({ context, values, ownRoot }: Invocation<'list'>): number {
  const { root } = context;
  if (ownRoot && native.stat(root) === undefined) {
    throw new RuntimeError('NotFound', `open ${root}: no such file or directory`, { path: root });
  }
  const { containers, problems } = list(context);
  for (const problem of problems) native.write(2, `${problem}\n`);
  if (values.quiet) {
    print(containers.map(({ id }) => `${id}\n`).join(''));
    return 0;
  }
  const name = ownerNames(() => native.readFile('/etc/passwd'));
  const rows = containers.map((each) => ({ ...each, owner: name(each.owner) }));
  const format = values.format ?? 'table';
  if (format === 'json') print(`${rows.length === 0 ? 'null' : goJson(rows)}\n`);
  else if (format === 'table') {
    const cells = rows.map((row) => [row.id, String(row.pid), row.status, row.bundle, row.created, row.owner]);
    print(formatTable([header, ...cells]));
  } else throw new RuntimeError('InvalidArgument', 'invalid format option', { hint: 'use table or json' });
  return 0;
}
