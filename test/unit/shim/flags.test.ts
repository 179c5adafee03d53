import { describe, expect, it } from 'vitest';
import { demandTask, parseFlags, UsageError } from '../../../src/shim/flags.ts';

const nothing = {
  namespace: '',
  id: '',
  address: '',
  bundle: '',
  debug: false,
  info: false,
  version: false,
  verb: '',
  rest: [],
};

function refusal(...argv: string[]): UsageError {
  try {
    parseFlags(argv);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the command line of the shim', () => {
  it('is what containerd writes', () => {
    const argv =
      '-namespace k8s.io -address /run/c.sock -publish-binary /usr/bin/containerd -id one -debug start'.split(' ');
    expect(parseFlags(argv)).toEqual({
      ...nothing,
      namespace: 'k8s.io',
      address: '/run/c.sock',
      id: 'one',
      debug: true,
      verb: 'start',
    });
  });

  it.each([
    [['-id', 'a'], { id: 'a' }],
    [['--id', 'a'], { id: 'a' }],
    [['-id=a=b'], { id: 'a=b' }],
    [['--id='], { id: '' }],
    [['-id', '-debug'], { id: '-debug' }],
    [['-id', 'a', '-id', 'b'], { id: 'b' }],
    [['-debug', 'delete'], { debug: true, verb: 'delete' }],
    [['-debug=false'], { debug: false }],
    [['-debug=T'], { debug: true }],
    [['-v'], { version: true }],
    [['--version'], { version: true }],
    [['-info', '-version=0'], { info: true }],
    [['--', '-id'], { verb: '-id' }],
    [['-'], { verb: '-' }],
    [['serve', '-id', 'x'], { verb: 'serve', rest: ['-id', 'x'] }],
    [[''], { verb: '' }],
    [['-socket', '/s', '-debug-socket', '/d', '-publish-binary', '/p'], {}],
  ])('reads %j', (argv, expected) => {
    expect(parseFlags(argv)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    [['-nope'], 'flag provided but not defined: -nope'],
    [['-constructor'], 'flag provided but not defined: -constructor'],
    [['-id'], 'flag needs an argument: -id'],
    [['---id', 'x'], 'bad flag syntax: ---id'],
    [['-=x'], 'bad flag syntax: -=x'],
    [['-debug=maybe'], 'invalid boolean value "maybe" for -debug: parse error'],
  ])('refuses %j as Go does', (argv, message) => {
    const { message: text, exitCode } = refusal(...argv);
    expect(text.split('\n')[0]).toBe(message);
    expect(text).toContain('\nUsage of containerd-shim-hoist-v1:\n  -address string\n    \tgrpc address');
    expect(text).toContain('\n  -v\tshow the shim version');
    expect(exitCode).toBe(2);
  });

  it('shows what there is when asked', () => {
    expect(refusal('-help')).toMatchObject({ exitCode: 0, message: expect.stringMatching(/^Usage of /) });
  });

  it('wants a namespace and an id for a task', () => {
    expect(() => demandTask(parseFlags(['start']))).toThrow('shim namespace cannot be empty');
    expect(() => demandTask(parseFlags(['-namespace', 'x']))).toThrow('shim id cannot be empty');
    demandTask(parseFlags(['-namespace', 'x', '-id', 'y']));
  });
});
