/** One connection, seen from the server. What clients do wrong is answered in the words of Go's server, which some of them look at. */
import { PendingCall } from './call.ts';
import { DATA, type Frame, FrameReader, REMOTE_OPEN, REQUEST, tooLong } from './frame.ts';
import { decodeRequest, failureFrame, type Request, responseFrame } from './message.ts';
import type { Handler, Methods } from './server.ts';
import { Code, DEADLINE_EXCEEDED, type Status, StatusError } from './status.ts';
import type { Transport } from './transport.ts';

export class Connection {
  private readonly transport: Transport;
  private readonly services: (service: string) => Methods | undefined;
  private readonly statusOf: (error: unknown) => Status;
  private readonly frames = new FrameReader((frame) => this.take(frame));
  /** The calls that have not been answered, by stream. */
  private readonly calls = new Map<number, PendingCall>();
  private lastStream = 0;
  private ended = false;

  constructor(
    transport: Transport,
    services: (service: string) => Methods | undefined,
    statusOf: (error: unknown) => Status,
  ) {
    this.transport = transport;
    this.services = services;
    this.statusOf = statusOf;
  }

  /** @param data undefined: the client has gone */
  receive(data: Uint8Array | undefined): void {
    if (this.ended) return;
    if (data) {
      this.frames.push(data);
      return;
    }
    this.ended = true;
    for (const call of this.calls.values()) call.end(true);
    this.calls.clear();
    this.transport.close();
  }

  private take({ length, stream, type, flags, data }: Frame): void {
    // Other types are for what may come.
    if (type !== REQUEST && type !== DATA) return;
    if (data === undefined) this.refuse(stream, tooLong(length));
    else if (stream % 2 === 0) this.invalid(stream, 'StreamID must be odd for client initiated streams');
    else if (type === DATA) this.takeData(stream);
    else if (stream <= this.lastStream) this.invalid(stream, 'StreamID cannot be re-used and must increment');
    else {
      this.lastStream = stream;
      this.takeRequest(stream, flags, data);
    }
  }

  /** No stream here takes data. One that is open gets no other answer than this. */
  private takeData(stream: number): void {
    const call = this.calls.get(stream);
    if (call) this.answer(stream, call, failureFrame(stream, invalid('unary stream takes no data')), true);
    else this.invalid(stream, 'StreamID is no longer active');
  }

  private takeRequest(stream: number, flags: number, data: Uint8Array): void {
    let request: Request;
    try {
      request = decodeRequest(data);
    } catch (error) {
      this.invalid(stream, `unmarshal request error: proto: ${error instanceof Error ? error.message : error}`);
      return;
    }
    if (request.timeoutNanos < 0) this.refuse(stream, DEADLINE_EXCEEDED);
    else this.run(stream, flags, request);
  }

  private run(stream: number, flags: number, request: Request): void {
    const call = new PendingCall(request);
    this.calls.set(stream, call);
    try {
      const result = this.find(request, flags)(request.payload, call);
      if (!(result instanceof Promise)) {
        this.reply(stream, call, result);
        return;
      }
      call.limit(() => this.answer(stream, call, failureFrame(stream, DEADLINE_EXCEEDED), true));
      result.then((payload) => this.reply(stream, call, payload)).catch((error) => this.fail(stream, call, error));
    } catch (error) {
      this.fail(stream, call, error);
    }
  }

  private find({ service, method }: Request, flags: number): Handler {
    const methods = this.services(service);
    if (!methods) throw new StatusError(Code.Unimplemented, `service ${service}`);
    const handler = methods(method);
    if (!handler) throw new StatusError(Code.Unimplemented, `method ${method}`);
    if (flags & REMOTE_OPEN) throw new StatusError(Code.Unimplemented, `method ${method} as a stream`);
    return handler;
  }

  private reply(stream: number, call: PendingCall, payload: Uint8Array): void {
    if (!(payload instanceof Uint8Array)) throw new StatusError(Code.Internal, 'the method has returned no message');
    this.answer(stream, call, responseFrame(stream, payload), false);
  }

  private fail(stream: number, call: PendingCall, error: unknown): void {
    this.answer(stream, call, failureFrame(stream, this.statusFor(error)), false);
  }

  private statusFor(error: unknown): Status {
    try {
      const status = error instanceof StatusError ? error : this.statusOf(error);
      // OK without a payload would be an answer.
      return status.code === Code.OK ? { code: Code.Unknown, message: status.message } : status;
    } catch {
      return { code: Code.Internal, message: 'an error that has no status' };
    }
  }

  /** Answers a call, unless it has been. */
  private answer(stream: number, call: PendingCall, frame: Uint8Array, abandoned: boolean): void {
    if (!call.end(abandoned)) return;
    this.calls.delete(stream);
    this.transport.write(frame);
  }

  private invalid(stream: number, message: string): void {
    this.refuse(stream, invalid(message));
  }

  private refuse(stream: number, status: Status): void {
    if (!this.ended) this.transport.write(failureFrame(stream, status));
  }
}

function invalid(message: string): Status {
  return { code: Code.InvalidArgument, message };
}
