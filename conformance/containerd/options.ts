/** The command line of the run on containerd. */
import { parseArgs } from 'node:util';
import { SetupError } from '../cache.ts';
import { shims } from './rig/shims.ts';

export interface Options {
  /** Names of versions; none: all. */
  readonly containerd: readonly string[];
  /** Names of `shims`. */
  readonly shim: readonly string[];
  /** Parts of names of cases; none: all. */
  readonly only: readonly string[];
  readonly jobs: number;
  readonly full: boolean;
}

const usage = `usage: npm run conformance:containerd -- [options]

  --containerd A,B   only these versions: 1.6, 1.7, 2.1 (default); or also 2.4, which is built
  --shim A,B         only these: runc, hoist-as-runc, hoist; or also crun, which is not in the table by itself
  --only TEXT        only cases with this in their names (repeatable)
  --jobs N           columns at once (default 3; each has a containerd of its own)
  --full             do not shorten the reasons in the table`;

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      containerd: { type: 'string', default: '' },
      shim: { type: 'string', default: 'runc,hoist-as-runc,hoist' },
      only: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string', default: '3' },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
}

/** @throws {SetupError} for what it does not understand */
export function readOptions(args: readonly string[]): Options {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
  const { values } = parsed;
  if (values.help) throw new SetupError(usage);
  const list = (text: string) => text.split(',').filter((name) => name !== '');
  const unknown = list(values.shim).find((name) => !shims[name]);
  if (unknown) throw new SetupError(`there is no shim ${unknown}\n\n${usage}`);
  const jobs = /^[1-9]\d?$/.test(values.jobs) ? Number(values.jobs) : 0;
  if (jobs === 0) throw new SetupError(`--jobs ${values.jobs}: wants a number from 1 to 99`);
  return { containerd: list(values.containerd), shim: list(values.shim), only: values.only, jobs, full: values.full };
}
