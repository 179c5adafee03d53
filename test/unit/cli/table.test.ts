import { describe, expect, it } from 'vitest';
import type { Command, Option } from '../../../src/cli/option.ts';
import { commands, globals, isCommand } from '../../../src/cli/table.ts';

const lists: readonly (readonly [string, readonly Option[]])[] = [
  ['globals', globals],
  ...Object.entries<Command>(commands).map(([name, { options }]) => [name, options] as const),
];

/** What runc 1.1 and HEAD have in common, as `<command> --help` shows it. */
const runc: Record<string, string[]> = {
  create: ['bundle', 'console-socket', 'pid-file', 'no-pivot', 'no-new-keyring', 'preserve-fds'],
  run: [
    'bundle',
    'console-socket',
    'detach',
    'keep',
    'pid-file',
    'no-subreaper',
    'no-pivot',
    'no-new-keyring',
    'preserve-fds',
  ],
  kill: ['all'],
  delete: ['force'],
  events: ['interval', 'stats'],
  pause: [],
  ps: ['format'],
  resume: [],
  list: ['format', 'quiet'],
  spec: ['bundle', 'rootless'],
  start: [],
  state: [],
  update: [
    'resources',
    'blkio-weight',
    'cpu-period',
    'cpu-quota',
    'cpu-burst',
    'cpu-share',
    'cpu-rt-period',
    'cpu-rt-runtime',
    'cpuset-cpus',
    'cpuset-mems',
    'kernel-memory',
    'kernel-memory-tcp',
    'memory',
    'cpu-idle',
    'memory-reservation',
    'memory-swap',
    'pids-limit',
    'l3-cache-schema',
    'mem-bw-schema',
  ],
  features: [],
};

describe('the table', () => {
  it.each(lists)('%s: names and letters are unique', (_, options) => {
    const words = options.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]));
    expect(new Set(words).size).toBe(words.length);
  });

  it.each(lists)('%s: every option with a value says what it is called in the help', (_, options) => {
    expect(options.filter(({ kind, value }) => (kind === 'flag') !== (value === undefined))).toEqual([]);
  });

  it.each(Object.entries(runc))("%s has runc's options", (name, expected) => {
    const options = (commands as Record<string, Command>)[name]?.options.map((option) => option.name);
    expect(options).toEqual(expect.arrayContaining([...expected, 'help']));
  });

  it('optional arguments come last', () => {
    for (const { arguments: args } of Object.values<Command>(commands)) {
      const optional = args.map((each) => each.optional === true);
      expect(optional).toEqual([...optional].sort());
    }
  });

  it('does not take words of Object for commands', () => {
    expect(['constructor', '__proto__', 'toString', 'help', ''].filter(isCommand)).toEqual([]);
    expect(isCommand('state')).toBe(true);
  });
});
