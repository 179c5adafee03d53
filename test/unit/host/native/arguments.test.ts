import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';

type Loose = Record<string, (...args: readonly unknown[]) => unknown>;
const loose = native as unknown as Loose;
const call = (name: string, args: readonly unknown[]): unknown => loose[name]?.(...args);

/** Exports without arguments, and `exit`, whose misuse is below. */
const BARE = new Set(['childEvents', 'eventfd', 'ids', 'now', 'pipe', 'reapOrphans', 'releaseMemory', 'seccompInfo']);
const NAMES = Object.keys(native).filter((name) => !BARE.has(name));
const NONSENSE = [undefined, null, 'text\0nul', Number.NaN, -7, 2 ** 40, 1.5, {}, [], () => 1, Symbol('s'), -1n];
const RANGES: [string, unknown[]][] = [
  ['kill', [0, 9]],
  ['kill', [-1, 9]],
  ['kill', [process.pid, 65]],
  ['pidfdOpen', [0]],
  ['pidfdSignal', [5, -1]],
  ['setWindowSize', [5, 65536, 1]],
  ['read', [5, 0, 0]],
  ['read', [5, 1, -2]],
  ['close', [-1]],
  ['exit', [256]],
  ['exit', [-1]],
  ['setLimit', [process.pid, 7, -1n, 5n]],
  ['setLimit', [process.pid, 7, 1n, 2n ** 64n]],
  ['unwatch', [-1]],
];

describe('every export', () => {
  it('is in the contract, and the other way round', () => {
    const contract = readFileSync(new URL('../../../../src/host/native.ts', import.meta.url), 'utf8');
    const [, members] = /interface Native {(.*?)^}/ms.exec(contract) ?? [];
    // A name may have several signatures.
    const declared = new Set([...String(members).matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name));
    expect(Object.keys(native).toSorted()).toEqual([...declared].toSorted());
  });

  it.each(NAMES)('%s without arguments throws a TypeError with its name', (name) => {
    expect(() => call(name, [])).toThrow(TypeError);
    expect(() => call(name, [])).toThrow(new RegExp(`^${name}: `));
  });

  // `exit` takes any small number, so it is left out of the dice.
  it.each(NAMES.filter((name) => name !== 'exit'))('%s survives nonsense in every place', (name) => {
    const attempts = NONSENSE.flatMap((first) => NONSENSE.map((other) => [first, other, other, other]));
    const errors = attempts.flatMap((args) => {
      try {
        call(name, args);
        return [];
      } catch (error) {
        return [error];
      }
    });
    expect(errors.length).toBeGreaterThan(attempts.length / 2);
    for (const error of errors) expect(error).toBeInstanceOf(Error);
  });

  it.each(RANGES)('%s throws a RangeError (%#)', (name, args) => {
    expect(() => call(name, args)).toThrow(RangeError);
  });
});

describe('wrong types', () => {
  it('are named', () => {
    expect(() => call('readFile', [1])).toThrow('readFile: path must be a string');
    expect(() => call('write', [1, 5])).toThrow('write: data must be a string or a Uint8Array');
    expect(() => call('write', [1, new Uint16Array(1)])).toThrow('write: data must be a Uint8Array');
    expect(() => call('lock', [1, 1, true])).toThrow('lock: exclusive must be a boolean');
    expect(() => call('setLimit', [1, 7, 5, 5n])).toThrow('setLimit: soft must be a bigint');
    expect(() => call('watch', [1, 'x'])).toThrow('watch: callback must be a function');
    expect(() => call('send', [1, new Uint8Array(1), 'x'])).toThrow('send: descriptors must be an array');
    expect(() => call('spawnInit', [{ plan: 'x' }])).toThrow('spawnInit: request.stdio must be an array');
    expect(() => call('supervise', [{ pid: 1, pidfd: '3' }])).toThrow('supervise: request.pidfd must be a number');
  });

  it('are not coerced', () => {
    expect(() => call('chmod', ['/nowhere', '0644'])).toThrow(TypeError);
    expect(() => call('chmod', ['/nowhere', { valueOf: () => 0o644 }])).toThrow(TypeError);
    expect(() => call('readFile', [{ toString: () => '/etc/passwd' }])).toThrow(TypeError);
  });

  it('an exception of a getter comes through', () => {
    const request = {
      get pid(): number {
        throw new Error('mine');
      },
    };
    expect(() => call('supervise', [request])).toThrow('mine');
  });
});

describe('arrays whose memory goes away meanwhile', () => {
  /** Takes the memory of `bytes` away when read. */
  const thief = (bytes: Uint8Array<ArrayBuffer>, value: unknown) => ({
    get(): unknown {
      structuredClone(bytes, { transfer: [bytes.buffer] });
      return value;
    },
  });

  it('are empty for send and spawnInit', () => {
    const data = new Uint8Array(60_000);
    const descriptors = Object.defineProperty([], 0, thief(data, 0));
    expect(() => call('send', [0, data, descriptors])).toThrow('send: data must be 1 to 65536 bytes');
    const plan = new Uint8Array(60_000);
    const request = { plan, cloneFlags: 0, cgroup: -1, slots: [999_999], stdio: [0, 1, 2], preserved: 0 };
    Object.defineProperty(request, 'cgroup', thief(plan, -1));
    expect(() => call('spawnInit', [request])).toThrow('hoist-init: bad file descriptor');
    expect(plan).toHaveLength(0);
  });
});

describe('NUL bytes', () => {
  it.each(['readFile', 'stat', 'lstat', 'rmdir', 'unlink', 'removeAll', 'readLink', 'realPath', 'readDirectory'])(
    '%s refuses them',
    (name) => {
      expect(() => call(name, ['/etc/passwd\0.txt'])).toThrow(
        expect.objectContaining({ code: 'EINVAL', syscall: name, path: '/etc/passwd' }),
      );
    },
  );

  it('are refused in argv and in the environment', () => {
    const request = { path: '/bin/true', argv: ['true', 'a\0b'], env: [], input: '' };
    expect(() => native.spawnProcess(request)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    expect(() => native.spawnProcess({ ...request, argv: ['true'], env: ['A=\0'] })).toThrow('NUL');
  });
});
