/** One connection to a server, in memory: raw frames in, decoded answers out. */
import { type Frame, FrameReader, newFrame } from '../../../src/ttrpc/frame.ts';
import { decodeResponse, requestFrame } from '../../../src/ttrpc/message.ts';
import type { Handler, Methods, Server } from '../../../src/ttrpc/server.ts';

export interface Answer {
  readonly stream: number;
  readonly code: number;
  readonly message: string;
  readonly payload: number[];
}

export class Conversation {
  readonly answers: Answer[] = [];
  closed = 0;
  private readonly give: (data: Uint8Array | undefined) => void;

  constructor(server: Server) {
    const reader = new FrameReader((frame) => this.answers.push(answerOf(frame)));
    this.give = server.connect({ write: (data) => reader.push(data), close: () => this.closed++ });
  }

  send(...frames: Uint8Array[]): this {
    this.give(Buffer.concat(frames));
    return this;
  }

  end(): this {
    this.give(undefined);
    return this;
  }

  /** When as many answers are there. */
  async until(count: number): Promise<Answer[]> {
    while (this.answers.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    return this.answers;
  }
}

function answerOf({ stream, type, flags, data }: Frame): Answer {
  if (type !== 2 || flags !== 0 || !data) throw new Error(`a frame of type ${type} with flags ${flags}`);
  const { code, message, payload } = decodeResponse(data);
  return { stream, code, message, payload: [...payload] };
}

export function request(stream: number, method: string, payload: number[] = [], timeoutNanos = 0): Uint8Array {
  return requestFrame(stream, 'test.Service', method, Uint8Array.from(payload), timeoutNanos, {}) as Uint8Array;
}

/** A frame of any kind. */
export function raw(stream: number, type: number, flags: number, data: readonly number[] = []): Uint8Array {
  const frame = newFrame(stream, type, flags, data.length);
  frame.set(data, frame.length - data.length);
  return frame;
}

/** The services of a server that has one, test.Service. */
export function only(methods: Record<string, Handler>): (service: string) => Methods | undefined {
  const table = new Map(Object.entries(methods));
  return (service) => (service === 'test.Service' ? (method) => table.get(method) : undefined);
}
