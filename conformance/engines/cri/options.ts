/** The command line of the run of critest. */
import { parseArgs } from 'node:util';
import { SetupError } from '../../cache.ts';
import { handlerNames } from './handlers.ts';

export interface Options {
  readonly containerd: readonly string[];
  /** Names of handlers. */
  readonly runtime: readonly string[];
  readonly focus: string;
  readonly nodes: number;
  readonly bench: boolean;
  readonly samples: number;
}

const usage = `usage: npm run conformance:cri -- [options]

  --containerd A,B   only these versions of 1.6, 1.7, 2.1 (default: 1.7,2.1; with --bench 2.1)
  --runtime A,B      only these: ${handlerNames.join(', ')} (default: all but crun)
  --focus REGEX      only specs whose names it matches
  --nodes N          specs at once (default 3)
  --bench            no specs: how long pods and containers take, with runc, crun and hoist
  --samples N        of each, with --bench (default 25)`;

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      containerd: { type: 'string' },
      runtime: { type: 'string', default: handlerNames.filter((name) => name !== 'crun').join(',') },
      focus: { type: 'string', default: '' },
      nodes: { type: 'string', default: '3' },
      bench: { type: 'boolean', default: false },
      samples: { type: 'string', default: '25' },
      help: { type: 'boolean', default: false },
    },
  });
}

function positive(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new SetupError(`--${name} ${text}: wants a number from 1 to 999`);
  return Number(text);
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
  const unknown = list(values.runtime).find((name) => !handlerNames.includes(name));
  if (unknown) throw new SetupError(`there is no runtime ${unknown}\n\n${usage}`);
  return {
    containerd: list(values.containerd ?? (values.bench ? '2.1' : '1.7,2.1')),
    runtime: list(values.runtime),
    focus: values.focus,
    nodes: positive('nodes', values.nodes),
    bench: values.bench,
    samples: positive('samples', values.samples),
  };
}
