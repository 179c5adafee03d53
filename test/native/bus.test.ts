import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { type BusValue, native } from '../../src/host/native.ts';

/** A session bus of our own; `busctl`, which reads and writes messages by itself, is the other side. */
const missing = ['/usr/bin/dbus-daemon', '/usr/bin/busctl'].filter((program) => !existsSync(program));
const folder = mkdtempSync(join(tmpdir(), 'hoist-bus-'));
const address = `unix:path=${folder}/bus`;
const daemon =
  missing.length > 0
    ? 0
    : Number(execFileSync('dbus-daemon', ['--session', `--address=${address}`, '--fork', '--print-pid']).toString());

afterAll(() => {
  if (daemon > 0) process.kill(daemon);
  rmSync(folder, { recursive: true });
});

const DAEMON = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};

const call = (bus: number, member: string, signature = '', body: readonly BusValue[] = [], timeout = 5000) =>
  native.callBus(bus, { ...DAEMON, member, signature, body }, timeout);

function withBus<T>(use: (bus: number) => T): T {
  const bus = native.openBus(address, 5000);
  try {
    return use(bus);
  } finally {
    native.closeBus(bus);
  }
}

const busctl = (...words: string[]) => execFileSync('busctl', [`--address=${address}`, ...words]).toString();

/** Each signature with a value of ours and how `busctl` prints it. */
const VALUES: [signature: string, value: BusValue, printed: unknown][] = [
  ['y', 255, 255],
  ['n', -32768, -32768],
  ['q', 65535, 65535],
  ['i', -2147483648, -2147483648],
  ['u', 4294967295, 4294967295],
  ['x', -9007199254740990n, -9007199254740990],
  ['t', 9007199254740990n, 9007199254740990],
  ['d', 1.5, 1.5],
  ['b', true, true],
  ['s', 'häß', 'häß'],
  ['o', '/a/b', '/a/b'],
  ['g', 'a{sv}', 'a{sv}'],
  ['ay', new Uint8Array([0, 7, 255]), [0, 7, 255]],
  ['as', [], []],
  ['aau', [[1, 2], []], [[1, 2], []]],
  ['(si(b))', ['x', 1, [false]], ['x', 1, [false]]],
  ['a{su}', [['one', 1]], { one: 1 }],
  ['v', ['a(ss)', [['/dev/null', 'rwm']]], { type: 'a(ss)', data: [['/dev/null', 'rwm']] }],
];

describe.skipIf(missing.length > 0)(`the bus (needs ${missing.join(' and ') || 'nothing more'})`, () => {
  it('calls methods', () => {
    withBus((bus) => {
      expect(call(bus, 'GetNameOwner', 's', [DAEMON.destination])).toEqual({ body: [DAEMON.destination] });
      expect(call(bus, 'GetNameOwner', 's', ['nobody.here'])).toEqual({
        error: 'org.freedesktop.DBus.Error.NameHasNoOwner',
        message: "Could not get owner of name 'nobody.here': no such name",
      });
    });
  });

  it('writes values that another program reads', async () => {
    const monitor = spawn('busctl', [`--address=${address}`, '--json=short', 'monitor']);
    try {
      const lines = createInterface({ input: monitor.stdout })[Symbol.asyncIterator]();
      const signature = VALUES.map(([type]) => type).join('');
      // It says so on standard error when it listens.
      await new Promise((resolve) => monitor.stderr.once('data', resolve));
      withBus((bus) =>
        call(
          bus,
          'Echo',
          signature,
          VALUES.map(([, value]) => value),
        ),
      );
      let message = { member: '', payload: { type: '', data: [] as unknown[] } };
      while (message.member !== 'Echo') message = JSON.parse((await lines.next()).value);
      expect(message.payload).toEqual({ type: signature, data: VALUES.map(([, , printed]) => printed) });
    } finally {
      monitor.kill();
    }
  });

  it('reads values that another program writes', () => {
    const words = 'a{sv} 2 one u 1 two as 2 x y'.split(' ');
    withBus((bus) => {
      call(bus, 'AddMatch', 's', ["type='signal',interface='io.hoist.Test'"]);
      // -9007199254740993 and 2^64-1 are not numbers of JavaScript.
      const numbers = ['ynqiuxtdb', '1', '--', '-2', '3', '-4', '5', '-9007199254740993', '18446744073709551615'];
      busctl('emit', '/here', 'io.hoist.Test', 'Numbers', ...numbers, '0.25', 'true');
      busctl('emit', '/here', 'io.hoist.Test', 'Texts', 'sogay(sv)', 'é', '/p', 'as', '2', '0', '9', 'in', 's', 'side');
      busctl('emit', '/here', 'io.hoist.Test', 'Map', ...words);
      const bodies: unknown[] = [];
      while (bodies.length < 3) {
        const signal = native.nextBusSignal(bus, 5000);
        if (signal === undefined) throw new Error(`only ${bodies.length} signals came`);
        if (signal.interface === 'io.hoist.Test') bodies.push(signal.body);
      }
      expect(bodies).toEqual([
        [1, -2, 3, -4, 5, -9007199254740993n, 18446744073709551615n, 0.25, true],
        ['é', '/p', 'as', new Uint8Array([0, 9]), ['in', ['s', 'side']]],
        [
          [
            ['one', ['u', 1]],
            ['two', ['as', ['x', 'y']]],
          ],
        ],
      ]);
    });
  });

  it('keeps signals that come during a call, and says who sent them', () => {
    withBus((bus) => {
      const name = withBus((other) => {
        call(bus, 'AddMatch', 's', ["type='signal',member='NameOwnerChanged'"]);
        call(other, 'RequestName', 'su', ['io.hoist.Name', 0]);
        return call(other, 'GetNameOwner', 's', ['io.hoist.Name']).body?.[0];
      });
      call(bus, 'GetId');
      let signal = native.nextBusSignal(bus, 5000);
      while (signal !== undefined && signal.body[0] !== 'io.hoist.Name') signal = native.nextBusSignal(bus, 5000);
      expect(signal).toMatchObject({ sender: DAEMON.destination, body: ['io.hoist.Name', '', name] });
    });
  });

  it('gives up in time when the daemon stalls', () => {
    withBus((bus) => {
      process.kill(daemon, 'SIGSTOP');
      try {
        const start = Date.now();
        expect(() => call(bus, 'GetId', '', [], 200)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
        expect(() => native.openBus(address, 200)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
        expect(native.nextBusSignal(bus, 200)).toBeDefined(); // NameAcquired came before
        expect(native.nextBusSignal(bus, 200)).toBeUndefined();
        expect(Date.now() - start).toBeLessThan(5000);
      } finally {
        process.kill(daemon, 'SIGCONT');
      }
      // The late answer to the first call is not taken for that of the next.
      expect(call(bus, 'GetNameOwner', 's', [DAEMON.destination])).toEqual({ body: [DAEMON.destination] });
    });
  });

  it('refuses values that do not fit their signature', () => {
    withBus((bus) => {
      const refused = (signature: string, body: readonly BusValue[], words: string) =>
        expect(() => call(bus, 'GetId', signature, body)).toThrow(words);
      refused('y', [256], 'call.body must be an integer from 0 to 255');
      refused('t', [1], 'call.body must be a bigint');
      refused('t', [-1n], 'from 0 to 18446744073709551615');
      refused('x', [2n ** 63n], 'from -9223372036854775808 to 9223372036854775807');
      refused('s', ['a\0b'], 'the string contains a NUL byte');
      refused('o', ['no path'], 'invalid argument');
      refused('ay', [[1]], 'must be a Uint8Array');
      refused('ss', ['one'], 'as long as its signature');
      refused('s', ['one', 'two'], 'no longer than its signature');
      refused('(s', [['one']], 'the signature is not complete');
      refused('z', ['one'], 'no such type');
      refused('v', [['ss', 'one']], 'invalid argument');
      refused('a'.repeat(60), [[]], 'the signature is not complete');
    });
  });

  it('knows no bus that is closed, or no bus at all', () => {
    const bus = native.openBus(address, 5000);
    native.closeBus(bus);
    expect(() => native.closeBus(bus)).toThrow('bus must be an open bus');
    expect(() => call(bus, 'GetId')).toThrow('bus must be an open bus');
    expect(() => native.openBus('unix:path=/nowhere', 100)).toThrow(
      'dbus unix:path=/nowhere: no such file or directory',
    );
    expect(() => native.openBus('nonsense', 100)).toThrow('dbus nonsense: connection refused');
  });
});
