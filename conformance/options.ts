/** The command line of the conformance run. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from './cache.ts';

export interface Options {
  /** name → path, for those given; the others get their default. */
  readonly paths: Readonly<Record<string, string>>;
  readonly without: readonly string[];
  readonly tests: readonly string[];
  readonly jobs: number;
  readonly full: boolean;
}

const usage = `usage: npm run conformance -- [options] [TEST ...]

  --runtime NAME=PATH  test this program too, or in place of the default one of that name (repeatable);
                       by default hoist=dist/bin/hoist, and runc and crun, which are built and downloaded
  --without NAME       leave a runtime out (repeatable)
  --jobs N             programs at once (default: twice the processors; they mostly wait)
  --full               do not shorten the reasons in the table`;

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runtime: { type: 'string', multiple: true, default: [] },
      without: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string', default: String(2 * availableParallelism()) },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
}

/** @throws {SetupError} for what it does not understand. */
export function readOptions(args: readonly string[]): Options {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values.help) throw new SetupError(usage);
  const paths: Record<string, string> = {};
  for (const pair of values.runtime) {
    const [, name, path] = /^([\w.-]+)=(.+)$/.exec(pair) ?? [];
    if (!name || !path) throw new SetupError(`--runtime ${pair}: wants NAME=PATH\n\n${usage}`);
    paths[name] = resolve(path);
  }
  const jobs = /^[1-9]\d?$/.test(values.jobs) ? Number(values.jobs) : 0;
  if (jobs === 0) throw new SetupError(`--jobs ${values.jobs}: wants a number from 1 to 99`);
  return { paths, without: values.without, tests: positionals, jobs, full: values.full };
}
