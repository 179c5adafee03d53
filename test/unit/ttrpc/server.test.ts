import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/ttrpc/call.ts';
import { HEADER_LENGTH, MAX_LENGTH } from '../../../src/ttrpc/frame.ts';
import { requestFrame } from '../../../src/ttrpc/message.ts';
import { type Handler, Server } from '../../../src/ttrpc/server.ts';
import { StatusError } from '../../../src/ttrpc/status.ts';
import { Conversation, only, raw, request } from './conversation.ts';

const statusOf = (error: unknown) => ({ code: 9, message: error instanceof Error ? error.message : String(error) });

const talk = (methods: Record<string, Handler>): Conversation => new Conversation(new Server(only(methods), statusOf));
const fine = (stream: number, ...payload: number[]) => ({ stream, code: 0, message: '', payload });
const failed = (stream: number, code: number, message: string) => ({ stream, code, message, payload: [] });
const echo: Handler = (payload) => payload;
const never: Handler = () => new Promise(() => {});

describe('a call', () => {
  it('is answered at once by a handler that needs not wait', () => {
    expect(talk({ Echo: echo }).send(request(1, 'Echo', [1, 2])).answers).toEqual([fine(1, 1, 2)]);
  });

  it('is answered when a promise is kept, and others meanwhile, in any order', async () => {
    const held: (() => void)[] = [];
    const hold: Handler = (payload) => new Promise((resolve) => held.push(() => resolve(payload)));
    const conversation = talk({ Hold: hold, Echo: echo });
    conversation.send(request(1, 'Hold', [1]), request(3, 'Hold', [3]), request(5, 'Echo', [5]));
    held[1]?.();
    await conversation.until(2);
    held[0]?.();
    expect(await conversation.until(3)).toEqual([fine(5, 5), fine(3, 3), fine(1, 1)]);
  });

  it('comes with its metadata and its time', () => {
    const seen: Call[] = [];
    const conversation = talk({
      Look: (payload, call) => {
        seen.push(call);
        return payload;
      },
    });
    const metadata = { 'containerd-namespace-ttrpc': 'k8s.io' };
    const frame = requestFrame(1, 'test.Service', 'Look', Uint8Array.of(7), 2e9, metadata);
    conversation.send(frame as Uint8Array, request(3, 'Look'));
    expect(conversation.answers).toEqual([fine(1, 7), fine(3)]);
    expect(seen[0]?.metadata?.get('containerd-namespace-ttrpc')).toEqual(['k8s.io']);
    expect(seen.map(({ timeoutNanos }) => timeoutNanos)).toEqual([2e9, 0]);
    expect(seen[1]?.metadata).toBe(undefined);
  });

  it('keeps its payload, whatever becomes of the bytes that arrived', async () => {
    const conversation = talk({
      Late: async (payload) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        return payload;
      },
    });
    const frame = request(1, 'Late', [1, 2, 3]);
    const piece = Buffer.from(frame);
    conversation.send(piece);
    piece.fill(0xff);
    expect(await conversation.until(1)).toEqual([fine(1, 1, 2, 3)]);
  });

  it('whose client says that it has nothing more to say is a call', () => {
    const frame = request(1, 'Echo', [4]);
    frame[9] = 1;
    expect(talk({ Echo: echo }).send(frame).answers).toEqual([fine(1, 4)]);
  });
});

describe('what is not there is named in the words of Go', () => {
  it.each([
    ['service other.Service', requestFrame(1, 'other.Service', 'Echo', new Uint8Array(0), 0, {}) as Uint8Array],
    ['service ', requestFrame(1, '', 'Echo', new Uint8Array(0), 0, {}) as Uint8Array],
    ['method Nope', request(1, 'Nope')],
    ['method ', request(1, '')],
  ])('%s', (message, frame) => {
    expect(talk({ Echo: echo }).send(frame).answers).toEqual([failed(1, 12, message)]);
  });

  it('a stream', () => {
    const frame = request(1, 'Echo', [4]);
    frame[9] = 2;
    const conversation = talk({ Echo: echo }).send(frame);
    expect(conversation.answers).toEqual([failed(1, 12, 'method Echo as a stream')]);
  });
});

describe('a handler that fails', () => {
  it.each<[string, Handler]>([
    [
      'by throwing',
      () => {
        throw new StatusError(5, 'container not created');
      },
    ],
    ['later', () => Promise.reject(new StatusError(5, 'container not created'))],
  ])('%s is answered with its status', async (_, handler) => {
    expect(await talk({ Fail: handler }).send(request(1, 'Fail')).until(1)).toEqual([
      failed(1, 5, 'container not created'),
    ]);
  });

  it('with an error of another kind is answered with what that is made of', async () => {
    const conversation = talk({ Fail: () => Promise.reject(new RangeError('cannot resize a stopped container')) });
    const expected = failed(1, 9, 'cannot resize a stopped container');
    expect(await conversation.send(request(1, 'Fail')).until(1)).toEqual([expected]);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a number', 3],
    ['a promise of nothing', Promise.resolve(undefined)],
  ])('by returning %s is answered too', async (_, result) => {
    const [answer] = await talk({ Odd: () => result as Uint8Array })
      .send(request(1, 'Odd'))
      .until(1);
    expect(answer).toEqual(failed(1, 13, 'the method has returned no message'));
  });

  it('with the status OK is no success', async () => {
    const conversation = talk({ Odd: () => Promise.reject(new StatusError(0, 'what?')) });
    expect(await conversation.send(request(1, 'Odd')).until(1)).toEqual([failed(1, 2, 'what?')]);
  });

  it('is answered even when its error has no status', async () => {
    const server = new Server(
      only({ Fail: () => Promise.reject(new Error('a')) }),
      () => JSON.parse('') as { code: number; message: string },
    );
    expect(await new Conversation(server).send(request(1, 'Fail')).until(1)).toEqual([
      failed(1, 13, 'an error that has no status'),
    ]);
  });

  it('that looks services up is answered', () => {
    const server = new Server(() => {
      throw new StatusError(14, 'not now');
    }, statusOf);
    expect(new Conversation(server).send(request(1, 'Echo')).answers).toEqual([failed(1, 14, 'not now')]);
  });
});

describe('time', () => {
  it('that is up is answered once, and the handler is told', async () => {
    let resolve: (payload: Uint8Array) => void = () => {};
    let signal: AbortSignal | undefined;
    const conversation = talk({
      Slow: (_, call) => {
        signal = call.signal;
        return new Promise((keep) => {
          resolve = keep;
        });
      },
    });
    conversation.send(request(1, 'Slow', [], 3e6));
    expect(await conversation.until(1)).toEqual([failed(1, 4, 'context deadline exceeded')]);
    expect(signal?.aborted).toBe(true);
    resolve(Uint8Array.of(1));
    await new Promise((keep) => setTimeout(keep, 5));
    expect(conversation.answers).toHaveLength(1);
  });

  it('that was up when the request was sent is answered without a call', () => {
    let called = false;
    const conversation = talk({
      Look: (payload) => {
        called = true;
        return payload;
      },
    });
    // Go sends what is left until the deadline. -1: field 4, ten bytes.
    const expired = [0x20, ...Array<number>(9).fill(0xff), 1];
    conversation.send(raw(1, 1, 0, [...request(1, 'Look').subarray(HEADER_LENGTH), ...expired]));
    expect([called, conversation.answers]).toEqual([false, [failed(1, 4, 'context deadline exceeded')]]);
  });

  it.each([2 ** 31 * 1e6, 2 ** 63])('of %d ns does not end at once, as a timer would', async (nanos) => {
    const conversation = talk({ Never: never, Echo: echo });
    const digits: number[] = [];
    let rest = BigInt(Math.min(nanos, Number.MAX_SAFE_INTEGER));
    if (nanos === 2 ** 63) rest = 2n ** 63n - 1n;
    for (; rest > 127n; rest >>= 7n) digits.push(Number(rest & 127n) | 128);
    const body = [...request(1, 'Never').subarray(HEADER_LENGTH), 0x20, ...digits, Number(rest)];
    conversation.send(raw(1, 1, 0, body));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(conversation.send(request(3, 'Echo')).answers).toEqual([fine(3)]);
  });

  it('does not run on after an answer', async () => {
    const conversation = talk({ Soon: async (payload) => payload });
    conversation.send(request(1, 'Soon', [1], 1e6));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(conversation.answers).toEqual([fine(1, 1)]);
  });
});

describe('what clients do wrong is answered in the words of Go', () => {
  const reused = 'StreamID cannot be re-used and must increment';

  it('a stream that is even, below the last one, or the last one', () => {
    const conversation = talk({ Echo: echo });
    conversation.send(
      request(2, 'Echo'),
      request(5, 'Echo'),
      request(5, 'Echo'),
      request(3, 'Echo'),
      request(0, 'Echo'),
    );
    const odd = 'StreamID must be odd for client initiated streams';
    expect(conversation.answers).toEqual([
      failed(2, 3, odd),
      fine(5),
      failed(5, 3, reused),
      failed(3, 3, reused),
      failed(0, 3, odd),
    ]);
    expect(conversation.send(request(0xffffffff, 'Echo')).answers.at(-1)).toEqual(fine(0xffffffff));
  });

  it('a request that is none: its stream is used up', () => {
    const conversation = talk({ Echo: echo }).send(raw(1, 1, 0, [0x0a, 9]), request(1, 'Echo'), request(3, 'Echo'));
    const [first, ...rest] = conversation.answers;
    expect(first).toEqual(failed(1, 3, 'unmarshal request error: proto: unexpected EOF'));
    expect(rest).toEqual([failed(1, 3, reused), fine(3)]);
  });

  it('data for a stream that is not there', () => {
    const conversation = talk({ Echo: echo }).send(request(1, 'Echo'), raw(1, 3, 0, [1]), raw(7, 3, 5), raw(2, 3, 0));
    expect(conversation.answers.slice(1)).toEqual([
      failed(1, 3, 'StreamID is no longer active'),
      failed(7, 3, 'StreamID is no longer active'),
      failed(2, 3, 'StreamID must be odd for client initiated streams'),
    ]);
  });

  it('data for a call: it gets this answer and no other', async () => {
    let resolve: (payload: Uint8Array) => void = () => {};
    let signal: AbortSignal | undefined;
    const conversation = talk({
      Hold: (_, call) => {
        signal = call.signal;
        return new Promise((keep) => {
          resolve = keep;
        });
      },
    });
    conversation.send(request(1, 'Hold'), raw(1, 3, 0, [1]));
    resolve(Uint8Array.of(1));
    await new Promise((keep) => setTimeout(keep, 2));
    expect(conversation.answers).toEqual([failed(1, 3, 'unary stream takes no data')]);
    expect(signal?.aborted).toBe(true);
  });

  it('more than 4 MiB: the connection goes on, the stream is not used up', () => {
    const conversation = talk({ Echo: echo });
    const frame = new Uint8Array(HEADER_LENGTH + MAX_LENGTH + 1);
    new DataView(frame.buffer).setUint32(0, MAX_LENGTH + 1);
    frame.set([0, 0, 0, 1, 1, 0], 4);
    conversation.send(frame, request(1, 'Echo', [1]));
    const message = 'message length 4194305 exceed maximum message size of 4194304';
    expect(conversation.answers).toEqual([failed(1, 8, message), fine(1, 1)]);
  });

  it('frames of other types are passed over', () => {
    const conversation = talk({ Echo: echo });
    conversation.send(raw(1, 2, 0, [1]), raw(1, 0, 0), raw(2, 4, 255, [1, 2]), raw(1, 255, 0), request(1, 'Echo'));
    expect(conversation.answers).toEqual([fine(1)]);
  });

  it('an answer of more than 4 MiB is an error that says so', () => {
    const conversation = talk({ Large: () => new Uint8Array(MAX_LENGTH), Echo: echo });
    conversation.send(request(1, 'Large'), request(3, 'Echo'));
    expect(conversation.answers).toEqual([
      failed(1, 8, 'message length 4194309 exceed maximum message size of 4194304'),
      fine(3),
    ]);
  });
});

describe('the end of a connection', () => {
  it('tells the handlers, and nothing is written any more', async () => {
    const signals: AbortSignal[] = [];
    let resolve: (payload: Uint8Array) => void = () => {};
    const conversation = talk({
      Hold: (_, call) => {
        signals.push(call.signal);
        return new Promise((keep) => {
          resolve = keep;
        });
      },
      Echo: echo,
    });
    conversation.send(request(1, 'Hold'), request(3, 'Hold', [], 1e6)).end();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    resolve(Uint8Array.of(1));
    conversation.send(request(5, 'Echo')).end();
    await new Promise((keep) => setTimeout(keep, 5));
    expect([conversation.answers, conversation.closed]).toEqual([[], 1]);
  });

  it('is known to a handler that asks afterwards', async () => {
    let call: Call | undefined;
    const conversation = talk({
      Hold: (_, given) => {
        call = given;
        return new Promise(() => {});
      },
    });
    conversation.send(request(1, 'Hold')).end();
    expect(call?.signal.aborted).toBe(true);
  });

  it('in the middle of a frame is an end', () => {
    const conversation = talk({ Echo: echo })
      .send(request(1, 'Echo', [1, 2, 3]).subarray(0, 14))
      .end();
    expect([conversation.answers, conversation.closed]).toEqual([[], 1]);
  });

  it('of one is not that of another', () => {
    const server = new Server(only({ Echo: echo }), statusOf);
    const [first, second] = [new Conversation(server), new Conversation(server)];
    first.send(request(7, 'Echo')).end();
    expect(second.send(request(1, 'Echo', [1])).answers).toEqual([fine(1, 1)]);
  });
});
