import { describe, expect, it } from 'vitest';
import { HEADER_LENGTH, MAX_LENGTH } from '../../../src/ttrpc/frame.ts';
import {
  decodeRequest,
  decodeResponse,
  failureFrame,
  requestFrame,
  responseFrame,
} from '../../../src/ttrpc/message.ts';
import { reflect } from '../proto/reflected.ts';

const root = reflect('ttrpc/request.proto');
const Request = root.lookupType('ttrpc.Request');
const Response = root.lookupType('ttrpc.Response');

const dataOf = (frame: unknown): Uint8Array => (frame as Uint8Array).subarray(HEADER_LENGTH);

const cases = [
  {},
  { service: 'containerd.task.v2.Task', method: 'State', payload: Uint8Array.of(1, 2), timeoutNano: 2_000_000_000 },
  { service: 'ä', method: '', payload: new Uint8Array(70_000).fill(7), metadata: [{ key: 'k', value: 'größe' }] },
  {
    service: 's'.repeat(300),
    method: 'M',
    metadata: [
      { key: 'a', value: '1' },
      { key: 'b', value: '' },
      { key: '', value: 'x'.repeat(200) },
    ],
  },
];

describe('a request', () => {
  it.each(cases)('is what protobuf.js makes of it, both ways: %#', (message) => {
    const expected = Request.encode(message).finish();
    const pairs = message.metadata ?? [];
    const { service = '', method = '', payload = new Uint8Array(0), timeoutNano = 0 } = message;
    const metadata = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
    const frame = requestFrame(5, service, method, payload, timeoutNano, metadata) as Uint8Array;
    expect(dataOf(frame)).toEqual(Uint8Array.from(expected));
    expect([...frame.subarray(4, HEADER_LENGTH)]).toEqual([0, 0, 0, 5, 1, 0]);
    expect(new DataView(frame.buffer).getUint32(0)).toBe(dataOf(frame).length);
    const back = decodeRequest(expected);
    expect(back).toMatchObject({ service, method, timeoutNanos: timeoutNano });
    expect(Buffer.compare(back.payload, payload)).toBe(0);
    expect([...(back.metadata ?? [])]).toEqual(pairs.map(({ key, value }) => [key, [value]]));
  });

  it('may have several values of a name', () => {
    const metadata = ['1', '2'].map((value) => ({ key: 'k', value }));
    expect(decodeRequest(Request.encode({ metadata }).finish()).metadata).toEqual(new Map([['k', ['1', '2']]]));
  });

  it('whose time is up is told from one that waits for ever', () => {
    expect(decodeRequest(Request.encode({ timeoutNano: -5 }).finish()).timeoutNanos).toBeLessThan(0);
    expect(decodeRequest(Request.encode({ timeoutNano: -1 }).finish()).timeoutNanos).toBe(-1);
    expect(decodeRequest(Uint8Array.of()).timeoutNanos).toBe(0);
  });

  it('has the last of what is there twice, and passes over what is unknown', () => {
    const twice = [Request.encode({ method: 'A' }).finish(), Request.encode({ method: 'B' }).finish()];
    const bytes = Buffer.concat([...twice, Uint8Array.of(0x0d, 1, 2, 3, 4, 0x7a, 1, 0, 0x18, 9)]);
    expect(decodeRequest(bytes)).toMatchObject({ service: '', method: 'B', payload: new Uint8Array(0) });
  });

  it.each([
    ['text that is not UTF-8', [0x0a, 2, 0xc3, 0x28]],
    ['a name in metadata that is not UTF-8', [0x2a, 3, 0x0a, 1, 0xff]],
    ['a pair that is none', [0x2a, 1, 0x0a]],
    ['a length beyond the end', [0x0a, 5, 65]],
  ])('with %s is none', (_, bytes) => {
    expect(() => decodeRequest(Uint8Array.from(bytes))).toThrow();
  });

  it('that is too long is refused before it is sent', () => {
    const status = requestFrame(1, 's', 'm', new Uint8Array(MAX_LENGTH), 0, {});
    const length = MAX_LENGTH + 5 + 6;
    expect(status).toEqual({ code: 8, message: `message length ${length} exceed maximum message size of 4194304` });
  });
});

describe('a response', () => {
  it('without a payload is a header: captured from Go', () => {
    expect([...responseFrame(1, new Uint8Array(0))]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 2, 0]);
  });

  it.each([1, 127, 128, 70_000])('with %i bytes is what protobuf.js makes of it', (length) => {
    const payload = new Uint8Array(length).fill(3);
    const data = dataOf(responseFrame(1, payload));
    expect(Buffer.compare(data, Response.encode({ payload }).finish())).toBe(0);
    expect(decodeResponse(data)).toEqual({ code: 0, message: '', payload });
  });

  it.each([
    [5, 'container not created'],
    [12, 'größe'.repeat(50)],
    [2, ''],
  ])('that is an error is what protobuf.js makes of it: %i %s', (code, message) => {
    const data = dataOf(failureFrame(0xffffffff, { code, message }));
    const expected = Response.encode({ status: message ? { code, message } : { code } }).finish();
    expect([...data]).toEqual([...expected]);
    expect(decodeResponse(data)).toEqual({ code, message, payload: new Uint8Array(0) });
  });

  it('may have details, which are passed over', () => {
    const status = { code: 5, message: 'no', details: [{ typeUrl: 'x', value: Uint8Array.of(1) }] };
    const data = Response.encode({ status, payload: Uint8Array.of(9) }).finish();
    expect(decodeResponse(Uint8Array.from(data))).toEqual({ code: 5, message: 'no', payload: Uint8Array.of(9) });
  });

  it('that is too long is an error that says so', () => {
    const fits = responseFrame(1, new Uint8Array(MAX_LENGTH - 5));
    expect(fits).toHaveLength(HEADER_LENGTH + MAX_LENGTH);
    const expected = { code: 8, message: `message length ${MAX_LENGTH + 1} exceed maximum message size of 4194304` };
    expect(decodeResponse(dataOf(responseFrame(1, new Uint8Array(MAX_LENGTH - 4))))).toMatchObject(expected);
    const message = 'x'.repeat(MAX_LENGTH);
    expect(decodeResponse(dataOf(failureFrame(1, { code: 2, message }))).code).toBe(8);
  });

  it('half a surrogate does not keep an error from being sent', () => {
    const data = dataOf(failureFrame(1, { code: 2, message: 'a\ud800b' }));
    expect(decodeResponse(data).message).toBe('a\ufffdb');
  });
});
