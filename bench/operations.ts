import type { Runtime } from './runtimes.ts';

/** One line of the timer's script; see timer.c. */
export type Step =
  | readonly ['time', metric: string, ...argv: string[]]
  | readonly ['do' | 'cleanup', ...argv: string[]]
  | readonly ['reap' | 'end', pidFile: string];

/** What the steps of one runtime need to know. */
export interface Case {
  readonly runtime: Runtime;
  readonly id: string;
  readonly pidFile: string;
  /** Bundle whose process is /bin/true. */
  readonly quick: string;
  /** Bundle whose process sleeps. */
  readonly lasting: string;
}

/**
 * Something measured. `setUp` and `tearDown` happen once per runtime around all rounds, `sample` once per round;
 * only its `time` steps count. A metric with several `time` steps is their sum.
 */
export interface Operation {
  readonly name: string;
  /** Runtimes that cannot do it by design: not tried, not reported as skipped. */
  readonly notOn?: readonly string[];
  readonly setUp?: (c: Case) => Step[];
  readonly sample: (c: Case) => Step[];
  readonly tearDown?: (c: Case) => Step[];
}

function command(c: Case, ...args: string[]): [string, ...string[]] {
  return [c.runtime.path, '--root', c.runtime.root, ...args];
}

function create(c: Case, lasting: boolean): [string, ...string[]] {
  const kind = c.runtime.isFloor && lasting ? ['--sleep'] : [];
  return command(c, 'create', ...kind, '--bundle', lasting ? c.lasting : c.quick, '--pid-file', c.pidFile, c.id);
}

/** Ends a container by its pid, not through the runtime, so that tearing down works even where the runtime does not. */
const remove = (c: Case): Step[] => [
  ['end', c.pidFile],
  ['cleanup', ...command(c, 'delete', c.id)],
];

/** An operation on a container that sleeps through all rounds. */
function onRunning(name: string, sample: (c: Case) => Step[], notOn: readonly string[] = []): Operation {
  const setUp = (c: Case): Step[] => [
    ['do', ...create(c, true)],
    ['do', ...command(c, 'start', c.id)],
  ];
  return { name, notOn, setUp, sample, tearDown: remove };
}

const pauseAndResume = (c: Case): Step[] => [
  ['time', 'pause', ...command(c, 'pause', c.id)],
  ['time', 'resume', ...command(c, 'resume', c.id)],
];

export const operations: readonly Operation[] = [
  { name: 'version', sample: (c) => [['time', 'version', c.runtime.path, '--version']] },
  {
    name: 'run',
    sample: (c) => [['time', 'run', ...command(c, 'run', '--bundle', c.quick, c.id)]],
    tearDown: (c) => [['cleanup', ...command(c, 'delete', '--force', c.id)]],
  },
  {
    // Three processes. The container's process ends at once; waiting for its end is not counted.
    name: 'lifecycle',
    sample: (c) => [
      ['time', 'create', ...create(c, false)],
      ['time', 'start', ...command(c, 'start', c.id)],
      ['reap', c.pidFile],
      ['time', 'delete', ...command(c, 'delete', c.id)],
      ...remove(c),
    ],
  },
  onRunning('state', (c) => [['time', 'state', ...command(c, 'state', c.id)]]),
  // A first process without a handler ignores TERM: the container stays, the cost of the command is all there.
  onRunning('kill', (c) => [['time', 'kill', ...command(c, 'kill', c.id, c.runtime.isFloor ? '15' : 'TERM')]]),
  onRunning('exec', (c) => [['time', 'exec', ...command(c, 'exec', c.id, '/bin/true')]], ['floor']),
  {
    ...onRunning('pause', pauseAndResume, ['floor']),
    // A frozen process does not die of SIGKILL, so a failed resume is tried once more.
    tearDown: (c) => [['cleanup', ...command(c, 'resume', c.id)], ...remove(c)],
  },
  onRunning('update', (c) => [['time', 'update', ...command(c, 'update', '--pids-limit', '100', c.id)]], ['floor']),
  onRunning('ps', (c) => [['time', 'ps', ...command(c, 'ps', c.id)]], ['floor']),
];

/** Metrics that are the sum of others, measured in the same sample. */
export const sums: Readonly<Record<string, readonly string[]>> = {
  'create+start+delete': ['create', 'start', 'delete'],
};
