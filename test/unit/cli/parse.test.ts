import { describe, expect, it } from 'vitest';
import type { Option } from '../../../src/cli/option.ts';
import { checkArguments, goBoolean, parse, UsageError } from '../../../src/cli/parse.ts';
import { commands } from '../../../src/cli/table.ts';

const options = [
  { name: 'force', short: 'f', kind: 'flag', summary: '' },
  { name: 'no-pivot', kind: 'flag', summary: '' },
  { name: 'log', kind: 'text', summary: '' },
  { name: 'bundle', short: 'b', kind: 'text', summary: '' },
  { name: 'preserve-fds', kind: 'count', summary: '' },
] as const satisfies readonly Option[];

const nothing = { force: false, 'no-pivot': false, log: undefined, bundle: undefined, 'preserve-fds': 0 };

function read(...argv: string[]) {
  const { values, args } = parse(argv, options, false);
  return { values: { ...values }, args };
}

describe('parse', () => {
  it('fills in every option', () => {
    expect(read()).toEqual({ values: nothing, args: [] });
  });

  it.each([
    [['--log', 'x'], { log: 'x' }],
    [['-log', 'x'], { log: 'x' }],
    [['--log=x'], { log: 'x' }],
    [['-log=x'], { log: 'x' }],
    [['-b', 'x'], { bundle: 'x' }],
    [['-b=x'], { bundle: 'x' }],
    [['--b', 'x'], { bundle: 'x' }],
    [['--log='], { log: '' }],
    [['--log', ''], { log: '' }],
    [['--log=a=b'], { log: 'a=b' }],
    [['--log', 'a,b'], { log: 'a,b' }],
    [['--log', '--force'], { log: '--force' }],
    [['--log', '--'], { log: '--' }],
    [['--log', '-1'], { log: '-1' }],
    [['--log', '007'], { log: '007' }],
    [['--log', 'a', '--log', 'b'], { log: 'b' }],
    [['--force'], { force: true }],
    [['-f'], { force: true }],
    [['--force=false'], { force: false }],
    [['--force', '--force=0'], { force: false }],
    [['--force=T'], { force: true }],
    [['--no-pivot'], { 'no-pivot': true }],
    [['--preserve-fds', '12'], { 'preserve-fds': 12 }],
    [['--preserve-fds=0'], { 'preserve-fds': 0 }],
  ])('reads %j', (argv, expected) => {
    expect(read(...argv)).toEqual({ values: { ...nothing, ...expected }, args: [] });
  });

  it('does not take the word after a flag for its value', () => {
    expect(read('--force', 'false')).toEqual({ values: { ...nothing, force: true }, args: ['false'] });
  });

  it('finds options after arguments', () => {
    expect(read('id', '--force', 'x', '-b', 'y')).toEqual({
      values: { ...nothing, force: true, bundle: 'y' },
      args: ['id', 'x'],
    });
  });

  it('stops at the first argument when told so', () => {
    const { values, args } = parse(['-f', 'id', '--log', 'x', '--', '-z'], options, true);
    expect({ ...values }).toEqual({ ...nothing, force: true });
    expect(args).toEqual(['id', '--log', 'x', '--', '-z']);
  });

  it('takes everything after -- as it is', () => {
    expect(read('-f', '--', '--log', '--', '-x').args).toEqual(['--log', '--', '-x']);
  });

  it('takes a lone dash and the empty word as arguments', () => {
    expect(read('-', '', '-f')).toEqual({ values: { ...nothing, force: true }, args: ['-', ''] });
  });

  it.each([
    [['--bogus'], 'flag provided but not defined: -bogus'],
    [['-bogus=1'], 'flag provided but not defined: -bogus'],
    [['-fb'], 'flag provided but not defined: -fb'],
    [['id', '-9'], 'flag provided but not defined: -9'],
    [['--__proto__'], 'flag provided but not defined: -__proto__'],
    [['--constructor=1'], 'flag provided but not defined: -constructor'],
    [['--log'], 'flag needs an argument: -log'],
    [['-b'], 'flag needs an argument: -b'],
    [['--force=maybe'], 'invalid boolean value "maybe" for -force: parse error'],
    [['--force='], 'invalid boolean value "" for -force: parse error'],
    [['---force'], 'bad flag syntax: ---force'],
    [['--=x'], 'bad flag syntax: --=x'],
    [['-=x'], 'bad flag syntax: -=x'],
    ...['x', '', '-1', '+1', '1.0', '1e3', '0x2', ' 1', '1 ', '9999999999'].map(
      (value) =>
        [[`--preserve-fds=${value}`], `invalid value ${JSON.stringify(value)} for flag -preserve-fds: parse error`] as [
          string[],
          string,
        ],
    ),
  ])('refuses %j', (argv, message) => {
    expect(() => read(...argv)).toThrow(new UsageError(message));
  });
});

describe('options of other kinds', () => {
  const others = [
    { name: 'env', short: 'e', kind: 'texts', value: 'X', summary: '' },
    { name: 'strict', kind: 'flag', maybe: true, summary: '' },
  ] as const;

  it('keeps every word of an option that may be repeated, commas and all', () => {
    const { values } = parse(['-e', 'A=1,B=2', '--env=', '--env', '-x', 'id', '-e', 'Z'], others, true);
    expect({ ...values }).toEqual({ env: ['A=1,B=2', '', '-x'], strict: undefined });
  });

  it('tells a flag that was switched off from one that was not given', () => {
    expect(parse(['--strict=false'], others, true).values.strict).toBe(false);
    expect(parse(['--strict'], others, true).values.strict).toBe(true);
    expect(parse([], others, true).values.strict).toBe(undefined);
  });
});

describe('checkArguments', () => {
  it('takes any number of words for the rest', () => {
    const command = {
      summary: '',
      options: [],
      arguments: [{ name: 'id' }, { name: 'word', optional: true, rest: true }],
    };
    for (const args of [['a'], ['a', 'b'], ['a', 'b', 'c', 'd']])
      expect(() => checkArguments('x', command, args)).not.toThrow();
    expect(() => checkArguments('x', command, [])).toThrow(
      new UsageError('hoist: "x" requires a minimum of 1 argument(s)', true),
    );
  });

  it.each([
    ['state', [], 'hoist: "state" requires exactly 1 argument(s)'],
    ['state', ['a', 'b'], 'hoist: "state" requires exactly 1 argument(s)'],
    ['list', ['a'], 'hoist: "list" requires exactly 0 argument(s)'],
    ['kill', [], 'hoist: "kill" requires a minimum of 1 argument(s)'],
    ['kill', ['a', 'b', 'c'], 'hoist: "kill" requires a maximum of 2 argument(s)'],
  ] as const)('%s with %j', (name, args, message) => {
    expect(() => checkArguments(name, commands[name], args)).toThrow(new UsageError(message, true));
  });

  it.each([
    ['state', ['']],
    ['kill', ['a']],
    ['kill', ['a', '9']],
    ['list', []],
  ] as const)('%s is content with %j', (name, args) => {
    expect(() => checkArguments(name, commands[name], args)).not.toThrow();
  });
});

describe('goBoolean', () => {
  it('knows the words of strconv.ParseBool and no others', () => {
    expect(['1', 't', 'T', 'TRUE', 'true', 'True'].map(goBoolean)).toEqual(Array(6).fill(true));
    expect(['0', 'f', 'F', 'FALSE', 'false', 'False'].map(goBoolean)).toEqual(Array(6).fill(false));
    expect(['', 'yes', 'tRUE', '2', ' 1'].map(goBoolean)).toEqual(Array(5).fill(undefined));
  });
});
