import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/ttrpc/client.ts';
import { FrameReader, MAX_LENGTH, newFrame } from '../../../src/ttrpc/frame.ts';
import { decodeRequest, failureFrame, type Request, responseFrame } from '../../../src/ttrpc/message.ts';

interface Seen extends Request {
  readonly stream: number;
}

/** A server that does what a test says. */
class Other {
  readonly requests: Seen[] = [];
  connections = 0;
  closed = 0;
  refuses = false;
  private give: (data: Uint8Array | undefined) => void = () => {};

  readonly client = new Client((onData) => {
    if (this.refuses) throw new Error('connect /run/none: no such file or directory');
    this.connections++;
    this.give = onData;
    const reader = new FrameReader(({ stream, data = new Uint8Array(0) }) =>
      this.requests.push({ ...decodeRequest(data), stream }),
    );
    return { write: (data) => reader.push(data), close: () => this.closed++ };
  });

  send(...frames: Uint8Array[]): void {
    this.give(Buffer.concat(frames));
  }

  hangUp(): void {
    this.give(undefined);
  }

  call(...payload: number[]): Promise<number[]> {
    return this.client.call('test.Service', 'Echo', Uint8Array.from(payload)).then((data) => [...data]);
  }
}

const nothing = new Uint8Array(0);

describe('a call', () => {
  it('is a request with the next odd stream; its answer is the payload of the response', async () => {
    const other = new Other();
    const calls = [other.call(1), other.call(2), other.call(3)];
    expect(other.requests.map(({ stream, service, method, payload }) => [stream, service, method, payload])).toEqual([
      [1, 'test.Service', 'Echo', Uint8Array.of(1)],
      [3, 'test.Service', 'Echo', Uint8Array.of(2)],
      [5, 'test.Service', 'Echo', Uint8Array.of(3)],
    ]);
    other.send(
      responseFrame(5, Uint8Array.of(30)),
      responseFrame(1, nothing),
      failureFrame(3, { code: 5, message: 'no such container' }),
    );
    expect(await calls[0]).toEqual([]);
    await expect(calls[1]).rejects.toMatchObject({ name: 'StatusError', code: 5, message: 'no such container' });
    expect(await calls[2]).toEqual([30]);
    expect(other.connections).toBe(1);
  });

  it('tells the server its time and its metadata', async () => {
    const other = new Other();
    const metadata = { 'containerd-namespace-ttrpc': 'default' };
    const call = other.client.call('s', 'm', nothing, { timeoutMs: 5000, metadata });
    expect(other.requests[0]).toMatchObject({ timeoutNanos: 5e9 });
    expect(other.requests[0]?.metadata).toEqual(new Map([['containerd-namespace-ttrpc', ['default']]]));
    other.send(responseFrame(1, nothing));
    await call;
  });

  it('fails when its time is up; a late answer is passed over', async () => {
    const other = new Other();
    const call = other.client.call('s', 'm', nothing, { timeoutMs: 2 });
    await expect(call).rejects.toMatchObject({ code: 4, message: 'context deadline exceeded' });
    other.send(responseFrame(1, nothing));
    const next = other.call(1);
    other.send(responseFrame(3, Uint8Array.of(9)));
    expect(await next).toEqual([9]);
    expect(other.connections).toBe(1);
  });

  it('that is too long fails, and nothing is sent', async () => {
    const other = new Other();
    const call = other.client.call('s', 'm', new Uint8Array(MAX_LENGTH));
    await expect(call).rejects.toMatchObject({ code: 8 });
    expect(other.requests).toEqual([]);
  });
});

describe('what a server does wrong', () => {
  it('is an error of the call: data, no response, or too much of it', async () => {
    const other = new Other();
    const calls = [other.call(), other.call(), other.call()];
    const oversized = new Uint8Array(10 + MAX_LENGTH + 1);
    new DataView(oversized.buffer).setUint32(0, MAX_LENGTH + 1);
    oversized.set([0, 0, 0, 5, 2, 0], 4);
    const broken = newFrame(3, 2, 0, 1);
    broken[10] = 0xff;
    other.send(newFrame(1, 3, 0, 0), broken, oversized);
    const results = await Promise.allSettled(calls);
    expect(results.map((result) => (result as PromiseRejectedResult).reason)).toMatchObject([
      { code: 13, message: 'unexpected "data" message received: protocol error' },
      { code: 13, message: 'unmarshal response error: proto: unexpected EOF' },
      { code: 8, message: 'message length 4194305 exceed maximum message size of 4194304' },
    ]);
  });

  it('on a stream that nobody waits for is passed over, and so are frames of other types', async () => {
    const other = new Other();
    const call = other.call(1);
    other.send(
      responseFrame(7, nothing),
      newFrame(1, 9, 0, 4),
      newFrame(1, 1, 0, 0),
      responseFrame(1, Uint8Array.of(5)),
    );
    expect(await call).toEqual([5]);
  });
});

describe('a connection', () => {
  it('that is lost fails its calls; the next one makes another, with streams from 1 on', async () => {
    const other = new Other();
    const calls = [other.call(), other.call()];
    other.hangUp();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 14, message: 'ttrpc: closed' });
    const next = other.call(1);
    other.send(responseFrame(1, Uint8Array.of(2)));
    expect(await next).toEqual([2]);
    expect([other.connections, other.closed]).toEqual([2, 1]);
    expect(other.requests.map(({ stream }) => stream)).toEqual([1, 3, 1]);
  });

  it('that cannot be made fails the call with the reason; the next one tries again', async () => {
    const other = new Other();
    other.refuses = true;
    const message = 'connect /run/none: no such file or directory';
    await expect(other.call()).rejects.toMatchObject({ name: 'StatusError', code: 14, message });
    other.refuses = false;
    const next = other.call();
    other.send(responseFrame(1, nothing));
    expect(await next).toEqual([]);
  });

  it('that ends before it is there fails the call', async () => {
    let closed = 0;
    const client = new Client((onData) => {
      onData(undefined);
      return { write: () => {}, close: () => closed++ };
    });
    await expect(client.call('s', 'm', nothing)).rejects.toMatchObject({ code: 14 });
    await expect(client.call('s', 'm', nothing)).rejects.toMatchObject({ code: 14 });
    expect(closed).toBe(2);
  });

  it('that is closed fails what waits and what comes', async () => {
    const other = new Other();
    const call = other.call();
    other.client.close();
    await expect(call).rejects.toMatchObject({ code: 14, message: 'ttrpc: closed' });
    await expect(other.call()).rejects.toMatchObject({ code: 14, message: 'ttrpc: closed' });
    expect([other.connections, other.closed]).toEqual([1, 1]);
  });

  it('is not made before it is needed', () => {
    const other = new Other();
    other.client.close();
    expect(other.connections).toBe(0);
  });
});
