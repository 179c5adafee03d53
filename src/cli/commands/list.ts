import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { type Listing, list } from '../../runtime/list.ts';
import { ownerNames } from '../../runtime/owner-names.ts';
import { type Invocation, print } from '../command.ts';
import { goJson } from '../json.ts';
import { formatTable } from '../tabular.ts';

const header = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'];
const STDERR = 2;

/** A folder that is not a container is a line on standard error, not a failure. */
export function run({ context, values, ownRoot }: Invocation<'list'>): number {
  const exists = native.stat(context.root) !== undefined;
  if (ownRoot && !exists) throw missingRoot(context.root);
  const { containers, problems } = exists ? list(context) : { containers: [], problems: [] };
  for (const problem of problems) native.write(STDERR, `${problem}\n`);
  if (values.quiet) print(containers.map(({ id }) => `${id}\n`).join(''));
  else print(layOut(containers, values.format ?? 'table'));
  return 0;
}

function missingRoot(path: string): RuntimeError {
  return new RuntimeError('NotFound', `open ${path}: no such file or directory`, { stage: 'root', path });
}

function layOut(containers: Listing['containers'], format: string): string {
  const nameOf = ownerNames(() => native.readFile('/etc/passwd'));
  const rows = containers.map(({ ownerUid, ...state }) => ({ ...state, owner: nameOf(ownerUid) }));
  if (format === 'json') return `${rows.length === 0 ? 'null' : goJson(rows)}\n`;
  if (format !== 'table')
    throw new RuntimeError('InvalidArgument', 'invalid format option', { hint: 'use table or json' });
  const cells = rows.map((row) => [row.id, String(row.pid), row.status, row.bundle, row.created, row.owner]);
  return formatTable([header, ...cells]);
}
