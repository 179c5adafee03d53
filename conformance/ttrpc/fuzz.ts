/**
 * Random frames on several connections to our ttrpc server, and a model that says what each must be answered. Nothing is left to
 * chance but by the seed: bytes arrive when they are pushed, and time passes when it is told to.
 */
import { FrameReader } from '../../src/ttrpc/frame.ts';
import { decodeResponse } from '../../src/ttrpc/message.ts';
import { type Handler, Server } from '../../src/ttrpc/server.ts';
import { StatusError } from '../../src/ttrpc/status.ts';
import { random as randomNumbers } from '../../test/unit/spec/random.ts';
import { frameOf, randomFrame, SERVICE, type Sent } from './frames.ts';
import { type Expected, Model } from './model.ts';

const CONNECTIONS = 4;
const LAST_STREAM = 2 ** 32 - 1;

/** Timers that fire when time is told to pass. */
class Clock {
  now = 0;
  private readonly timers = new Map<object, { at: number; call: () => void }>();
  private readonly real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  constructor() {
    const set = (call: () => void, ms: number): object => {
      const key = {};
      this.timers.set(key, { at: this.now + ms, call });
      return key;
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: (key: object) => this.timers.delete(key) });
  }

  pass(ms: number): void {
    this.now += ms;
    for (const [key, { at, call }] of [...this.timers]) if (at <= this.now && this.timers.delete(key)) call();
  }

  get pending(): number {
    return this.timers.size;
  }

  stop(): void {
    Object.assign(globalThis, this.real);
  }
}

/** One connection: what was answered, and what had to be. */
interface Session {
  readonly give: (data: Uint8Array | undefined) => void;
  readonly model: Model;
  readonly sent: Sent;
  readonly answers: Expected[];
  /** Those of its handlers that wait, in the order of their calls. */
  readonly held: (() => void)[];
}

export interface Figures {
  frames: number;
  answers: number;
  connections: number;
  calls: number;
}

class Fuzzer {
  readonly figures: Figures = { frames: 0, answers: 0, connections: 0, calls: 0 };
  private readonly random: (below: number) => number;
  private readonly clock = new Clock();
  private current: Session | undefined;
  private readonly server: Server;

  constructor(seed: number) {
    this.random = randomNumbers(seed);
    const handlers = new Map(Object.entries(this.handlers()));
    this.server = new Server(
      (service) => (service === SERVICE ? (method) => handlers.get(method) : undefined),
      (error) => ({ code: 9, message: String(error) }),
    );
  }

  private handlers(): Record<string, Handler> {
    const counted =
      (handler: Handler): Handler =>
      (payload, call) => {
        this.figures.calls++;
        // It is made when it is asked for, and must then be there for good.
        if (this.random(4) === 0 && call.signal.aborted) throw new Error('aborted before it began');
        return handler(payload, call);
      };
    return {
      Echo: counted((payload) => payload),
      Throw: counted(() => {
        throw new StatusError(5, 'thrown');
      }),
      Odd: counted(() => undefined as unknown as Uint8Array),
      Soon: counted(async (payload) => payload),
      Reject: counted(async () => {
        throw 'rejected';
      }),
      Held: counted((payload) => new Promise((resolve) => this.current?.held.push(() => resolve(payload)))),
    };
  }

  private connect(): Session {
    this.figures.connections++;
    const answers: Expected[] = [];
    const reader = new FrameReader(({ stream, type, flags, data }) => {
      if (type !== 2 || flags !== 0 || !data) throw new Error(`an answer of type ${type} with flags ${flags}`);
      answers.push({ stream, ...decodeResponse(data) });
    });
    // What is written after the end is an answer too many.
    const give = this.server.connect({ write: (data) => reader.push(data), close: () => {} });
    return { give, model: new Model(this.clock.now), sent: { last: 0 }, answers, held: [] };
  }

  /** Sends `frames` frames. @throws Error at the first answer that is not the model's, with what is needed to repeat it */
  async run(frames: number): Promise<void> {
    const sessions = Array.from({ length: CONNECTIONS }, () => this.connect());
    while (this.figures.frames < frames) {
      const which = this.random(CONNECTIONS);
      const session = sessions[which] as Session;
      this.send(session);
      if (this.random(4) === 0) await this.settle(sessions);
      if (this.random(8) === 0) this.release(session);
      if (this.random(8) === 0) this.pass(sessions, this.random(10));
      if (session.model.lost || session.sent.last > LAST_STREAM - 10_000 || this.random(300) === 0) {
        await this.end(session, sessions);
        sessions[which] = this.connect();
      }
    }
    for (const session of sessions) await this.end(session, sessions);
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left`);
  }

  stop(): void {
    this.clock.stop();
  }

  private send(session: Session): void {
    const frames = Array.from({ length: 1 + this.random(6) }, () => randomFrame(this.random, session.sent));
    this.figures.frames += frames.length;
    const bytes = Buffer.concat(frames);
    this.current = session;
    for (let at = 0; at < bytes.length; ) {
      const size = this.random(3) > 0 ? bytes.length : 1 + this.random(200);
      // The server must not keep what it was given.
      const piece = Uint8Array.from(bytes.subarray(at, at + Math.min(size, 65536)));
      session.give(piece);
      at += piece.length;
      piece.fill(0xaa);
    }
    session.model.feed(Uint8Array.from(bytes));
    session.sent.last = session.model.last;
  }

  private async settle(sessions: readonly Session[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const { model } of sessions) model.settle();
  }

  private release({ held, model }: Session): void {
    if (held.length !== model.held.length) throw new Error(`${held.length} handlers wait, not ${model.held.length}`);
    if (held.length === 0) return;
    const which = this.random(held.length);
    const [go] = held.splice(which, 1);
    const [stream] = model.held.splice(which, 1);
    go?.();
    model.releasing.push(stream as number);
  }

  private pass(sessions: readonly Session[], ms: number): void {
    this.clock.pass(ms);
    for (const { model } of sessions) model.pass(this.clock.now);
  }

  private async end(session: Session, sessions: readonly Session[]): Promise<void> {
    await this.settle(sessions);
    session.give(undefined);
    for (const go of session.held) go();
    await this.settle(sessions);
    session.give(frameOf(LAST_STREAM, 3, 0, []));
    this.figures.answers += session.answers.length;
    const difference = compare(session.model.answers, session.answers);
    if (difference) throw new Error(`after ${this.figures.frames} frames: ${difference}`);
  }
}

const line = ({ stream, code, message, payload }: Expected): string =>
  `${stream} ${code} ${message.replace(/^(unmarshal request error).*/s, '$1')} ${Buffer.from(payload).toString('hex')}`;

/** Answers of different streams may come in any order; each as often as it must. */
function compare(expected: readonly Expected[], answers: readonly Expected[]): string | undefined {
  const [wanted, got] = [expected.map(line).sort(), answers.map(line).sort()];
  const at = wanted.findIndex((each, i) => each !== got[i]);
  if (at >= 0) return `expected ${wanted[at]}, got ${got[at]}`;
  return got.length > wanted.length ? `too much: ${got[wanted.length]}` : undefined;
}

/** @throws Error when something was answered that should not have been, or the other way round */
export async function fuzz(frames: number, seed: number): Promise<Figures> {
  const fuzzer = new Fuzzer(seed);
  try {
    await fuzzer.run(frames);
    return fuzzer.figures;
  } finally {
    fuzzer.stop();
  }
}
