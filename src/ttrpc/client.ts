/** The client: unary calls, any number of them at once on one connection, which is made when it is first needed, and again after it was lost. */
import { DATA, type Frame, FrameReader, RESPONSE, tooLong } from './frame.ts';
import { decodeResponse, type Response, requestFrame } from './message.ts';
import { Code, DEADLINE_EXCEEDED, StatusError } from './status.ts';
import type { Transport } from './transport.ts';

export interface CallOptions {
  /** How long to wait, in milliseconds; without it, for ever */
  readonly timeoutMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

type Connect = (onData: (data: Uint8Array | undefined) => void) => Transport;

const CLOSED = 'ttrpc: closed';
const LAST_STREAM = 2 ** 32 - 1;

export class Client {
  private readonly connect: Connect;
  private link: Link | undefined;
  private closed = false;

  /** @param connect makes a connection; its argument is to be called with what arrives, and with undefined at the end */
  constructor(connect: Connect) {
    this.connect = connect;
  }

  /**
   * Calls a method.
   * @throws StatusError: the server's, DeadlineExceeded, or Unavailable when there is no connection or it was lost before the answer came
   */
  async call(service: string, method: string, payload: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    if (this.closed) throw new StatusError(Code.Unavailable, CLOSED);
    if (!this.link?.usable) this.link = new Link(this.connect);
    return this.link.call(service, method, payload, options);
  }

  /** Ends the connection: calls that wait fail, and so will those to come. */
  close(): void {
    this.closed = true;
    this.link?.end(CLOSED);
  }
}

interface Waiting {
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: StatusError) => void;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

/** One connection. */
class Link {
  usable = true;
  private readonly frames = new FrameReader((frame) => this.take(frame));
  private readonly waiting = new Map<number, Waiting>();
  private readonly transport: Transport | undefined;
  private stream = 1;

  constructor(connect: Connect) {
    try {
      this.transport = connect((data) => this.receive(data));
    } catch (error) {
      this.usable = false;
      throw new StatusError(Code.Unavailable, error instanceof Error ? error.message : String(error));
    }
    // It may have ended before there was a transport.
    if (!this.usable) this.transport.close();
  }

  call(
    service: string,
    method: string,
    payload: Uint8Array,
    { timeoutMs, metadata = {} }: CallOptions,
  ): Promise<Uint8Array> {
    const { stream } = this;
    this.stream += 2;
    if (stream > LAST_STREAM) this.end('ttrpc: no stream is left');
    const timeoutNanos = timeoutMs === undefined ? 0 : Math.max(1, Math.round(timeoutMs * 1e6));
    const frame = requestFrame(stream, service, method, payload, timeoutNanos, metadata);
    return new Promise((resolve, reject) => {
      if (!(frame instanceof Uint8Array)) {
        reject(new StatusError(frame.code, frame.message));
        return;
      }
      if (!this.usable) {
        reject(new StatusError(Code.Unavailable, CLOSED));
        return;
      }
      const late = (): void => this.settle(stream, new StatusError(DEADLINE_EXCEEDED.code, DEADLINE_EXCEEDED.message));
      const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
      this.waiting.set(stream, { resolve, reject, timer });
      this.transport?.write(frame);
    });
  }

  private receive(data: Uint8Array | undefined): void {
    if (data) this.frames.push(data);
    else this.end(CLOSED);
  }

  /** Frames of streams that nobody waits for any more, and of other types, are passed over. */
  private take({ length, stream, type, data }: Frame): void {
    if (type !== RESPONSE && type !== DATA) return;
    if (data === undefined) {
      const { code, message } = tooLong(length);
      this.settle(stream, new StatusError(code, message));
    } else if (type === DATA) {
      this.settle(stream, new StatusError(Code.Internal, 'unexpected "data" message received: protocol error'));
    } else this.settle(stream, outcome(data));
  }

  private settle(stream: number, result: Uint8Array | StatusError): void {
    const call = this.waiting.get(stream);
    if (!call) return;
    this.waiting.delete(stream);
    clearTimeout(call.timer);
    if (result instanceof Uint8Array) call.resolve(result);
    else call.reject(result);
  }

  end(why: string): void {
    this.usable = false;
    for (const stream of [...this.waiting.keys()]) this.settle(stream, new StatusError(Code.Unavailable, why));
    this.transport?.close();
  }
}

function outcome(data: Uint8Array): Uint8Array | StatusError {
  let response: Response;
  try {
    response = decodeResponse(data);
  } catch (error) {
    return new StatusError(
      Code.Internal,
      `unmarshal response error: proto: ${error instanceof Error ? error.message : error}`,
    );
  }
  return response.code === Code.OK ? response.payload : new StatusError(response.code, response.message);
}
