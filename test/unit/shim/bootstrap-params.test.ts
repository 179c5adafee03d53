import { describe, expect, it } from 'vitest';
import { BootstrapParams, BootstrapResult } from '../../../src/proto/bootstrap.js';
import { Options } from '../../../src/proto/options.js';
import { Any } from '../../../src/proto/types.js';
import { readParams, startAnswer } from '../../../src/shim/bootstrap/params.ts';
import { parseFlags } from '../../../src/shim/flags.ts';

const flags = parseFlags('-namespace default -address /run/containerd/containerd.sock -id one start'.split(' '));
const environment = { TTRPC_ADDRESS: '/run/containerd/containerd.sock.ttrpc' };
const value = Options.encode({ root: '/r' }).finish();
const options = { typeUrl: 'containerd.runc.v1.Options', value };

/** As hexadecimal digits, line by line what a person can check against bootstrap.proto. */
const bytes = (...lines: string[]) => new Uint8Array(Buffer.from(lines.join('').replaceAll(' ', ''), 'hex'));
const text = (words: string) => Buffer.from(words).toString('hex');

describe('what start is told', () => {
  it('by flags and variables, up to containerd 2.2', async () => {
    const expected = {
      id: 'one',
      namespace: 'default',
      debug: false,
      grpcAddress: '/run/containerd/containerd.sock',
      ttrpcAddress: '/run/containerd/containerd.sock.ttrpc',
      socketFolder: '/run/containerd/s',
      options: undefined,
      structured: false,
    };
    expect(await readParams(new Uint8Array(), flags, environment)).toEqual(expected);
    expect(await readParams(Any.encode(options).finish(), flags, environment)).toEqual({ ...expected, options });
    expect(await readParams(new Uint8Array(), { ...flags, debug: true }, {})).toEqual({
      ...expected,
      debug: true,
      ttrpcAddress: '',
    });
  });

  it('by a BootstrapParams, byte for byte as Go writes it', async () => {
    const input = bytes(
      `0a 03 ${text('one')}`,
      `12 07 ${text('default')}`,
      // log_level -4: an enumeration is an int32, and a negative one has ten bytes.
      '18 fc ff ff ff ff ff ff ff ff 01',
      `22 05 ${text('2.3.4')}`,
      `2a 08 ${text('/c.ttrpc')}`,
      `32 02 ${text('/c')}`,
      `3a 0b ${text('/containerd')}`,
      // extensions: an Any of another kind, then the options.
      `42 05 0a 03 0a 01 ${text('x')}`,
      `42 22 0a 20 0a 1a ${text('containerd.runc.v1.Options')} 12 02 3a 00`,
      `4a 02 ${text('/s')}`,
    );
    expect(await readParams(input, flags, environment)).toEqual({
      id: 'one',
      namespace: 'default',
      debug: true,
      grpcAddress: '/c',
      ttrpcAddress: '/c.ttrpc',
      socketFolder: '/s',
      options: { typeUrl: 'containerd.runc.v1.Options', value: new Uint8Array([0x3a, 0]) },
      structured: true,
    });
  });

  it('and what is unset has a default', async () => {
    const input = BootstrapParams.encode({ instanceId: 'one', namespace: 'default', logLevel: 4 }).finish();
    expect(await readParams(input, flags, environment)).toMatchObject({
      debug: false,
      socketFolder: '/run/containerd/s',
      options: undefined,
      structured: true,
    });
  });

  it.each([
    ['another id', { instanceId: 'other', namespace: 'default' }],
    ['another namespace', { instanceId: 'one', namespace: 'other' }],
  ])('a message that looks like one but for %s is the options', async (_, message) => {
    const params = await readParams(BootstrapParams.encode(message).finish(), flags, environment);
    expect(params).toMatchObject({ structured: false, options: { typeUrl: message.instanceId } });
  });

  it('is refused when it cannot be decoded', async () => {
    await expect(readParams(bytes('0a ff'), flags, {})).rejects.toThrow(
      /^cannot decode what containerd sent on standard input: /,
    );
    const cut = bytes(`0a 03 ${text('one')} 12 07 ${text('default')} 42 01 0a`);
    await expect(readParams(cut, flags, {})).rejects.toThrow(/^cannot decode/);
  });
});

describe('the answer', () => {
  const address = 'unix:///run/containerd/s/0123';

  it('is the bare address up to containerd 2.2', async () => {
    expect(await startAnswer(address, false, 2)).toBe(address);
    // For the first of a pod, when containerd is 2.0 or later.
    expect(JSON.parse(String(await startAnswer(address, false, 3)))).toEqual({
      version: 3,
      address,
      protocol: 'ttrpc',
    });
  });

  it('is a message for later ones, which take nothing else for it', async () => {
    const answer = await startAnswer(address, true, 2);
    expect(new Uint8Array(answer as Uint8Array)).toEqual(
      bytes('08 02', `12 1d ${text(address)}`, `1a 05 ${text('ttrpc')}`),
    );
    expect(BootstrapResult.decode(answer as Uint8Array)).toMatchObject({ version: 2, address, protocol: 'ttrpc' });
  });

  it('as a bare address is no message, so that those who try that first find out', () => {
    expect(() => BootstrapResult.decode(new TextEncoder().encode(address))).toThrow();
  });
});
