/** What a connection to a ttrpc server must come to: the protocol once more, as plainly as can be. */
import { METHODS, SERVICE } from './frames.ts';
import { decodeRequest } from './plain-request.ts';

const MAX_LENGTH = 4 << 20;
const LONGEST_TIMER = 2 ** 31 - 1;

export interface Expected {
  readonly stream: number;
  readonly code: number;
  readonly message: string;
  readonly payload: Uint8Array;
}

interface Open {
  readonly method: string;
  readonly payload: Uint8Array;
  /** When its time is up, on the clock that `pass` is told. */
  readonly due: number;
}

const NOTHING: Uint8Array = new Uint8Array(0);

export class Model {
  readonly answers: Expected[] = [];
  /** Handlers that wait until they are told, in the order in which they were called. */
  readonly held: number[] = [];
  /** Those of them that have been told to go on, and will with the next promises that are kept. */
  readonly releasing: number[] = [];
  private readonly open = new Map<number, Open>();
  private rest = NOTHING;
  /** The highest stream so far. */
  last = 0;
  private now: number;

  constructor(now: number) {
    this.now = now;
  }

  /** The client has sent bytes. */
  feed(bytes: Uint8Array): void {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (this.rest.length >= 10) {
      const view = new DataView(this.rest.buffer, this.rest.byteOffset);
      const end = 10 + view.getUint32(0);
      if (this.rest.length < end) return;
      this.frame(view.getUint32(4), view.getUint8(8), view.getUint8(9), this.rest.subarray(10, end));
      this.rest = this.rest.subarray(end);
    }
  }

  /** True when a wrong length has made what is still to come data of a frame that will hardly end. */
  get lost(): boolean {
    if (this.rest.length < 10) return false;
    return new DataView(this.rest.buffer, this.rest.byteOffset).getUint32(0) > 5000;
  }

  /** All promises that could be kept have been. */
  settle(): void {
    for (const [stream, { method, payload }] of [...this.open]) {
      if (method === 'Soon') this.answer(stream, 0, '', payload);
      if (method === 'Reject') this.answer(stream, 9, 'rejected');
    }
    for (const stream of this.releasing.splice(0)) {
      const call = this.open.get(stream);
      if (call) this.answer(stream, 0, '', call.payload);
    }
  }

  /** Time has passed. */
  pass(now: number): void {
    this.now = now;
    for (const [stream, { due }] of [...this.open]) if (due <= now) this.answer(stream, 4, 'context deadline exceeded');
  }

  private frame(stream: number, type: number, flags: number, data: Uint8Array): void {
    if (type !== 1 && type !== 3) return;
    const length = `message length ${data.length} exceed maximum message size of ${MAX_LENGTH}`;
    if (data.length > MAX_LENGTH) this.answers.push({ stream, code: 8, message: length, payload: NOTHING });
    else if (stream % 2 === 0) this.invalid(stream, 'StreamID must be odd for client initiated streams');
    else if (type === 3 && this.open.has(stream)) this.answer(stream, 3, 'unary stream takes no data');
    else if (type === 3) this.invalid(stream, 'StreamID is no longer active');
    else if (stream <= this.last) this.invalid(stream, 'StreamID cannot be re-used and must increment');
    else {
      this.last = stream;
      this.request(stream, flags, data);
    }
  }

  private request(stream: number, flags: number, data: Uint8Array): void {
    const request = decodeRequest(data);
    if (request === undefined) {
      this.invalid(stream, 'unmarshal request error');
      return;
    }
    const { service, method, payload, nanos } = request;
    if (nanos < 0n) this.refuse(stream, 4, 'context deadline exceeded');
    else if (service !== SERVICE) this.refuse(stream, 12, `service ${service}`);
    else if (!METHODS.includes(method)) this.refuse(stream, 12, `method ${method}`);
    else if (flags & 2) this.refuse(stream, 12, `method ${method} as a stream`);
    else if (method === 'Echo') this.answers.push({ stream, code: 0, message: '', payload });
    else if (method === 'Throw') this.refuse(stream, 5, 'thrown');
    else if (method === 'Odd') this.refuse(stream, 13, 'the method has returned no message');
    else {
      const wait = Math.ceil(Number(nanos) / 1e6);
      const due = wait > 0 && wait <= LONGEST_TIMER ? this.now + wait : Number.POSITIVE_INFINITY;
      this.open.set(stream, { method, payload, due });
      if (method === 'Held') this.held.push(stream);
    }
  }

  private invalid(stream: number, message: string): void {
    this.refuse(stream, 3, message);
  }

  private refuse(stream: number, code: number, message: string): void {
    this.answers.push({ stream, code, message, payload: NOTHING });
  }

  private answer(stream: number, code: number, message: string, payload = NOTHING): void {
    this.open.delete(stream);
    this.answers.push({ stream, code, message, payload });
  }
}
