/** The same bytes to our server and to Go's: where both have a rule they must answer the same. */
import { connect } from 'node:net';
import { FrameReader } from '../../src/ttrpc/frame.ts';
import { decodeResponse } from '../../src/ttrpc/message.ts';
import { Server } from '../../src/ttrpc/server.ts';
import { Code, StatusError } from '../../src/ttrpc/status.ts';
import { random as randomNumbers } from '../../test/unit/spec/random.ts';
import { METHODS, randomFrame, SERVICE } from './frames.ts';
import { withGoServer, withSocket } from './peer.ts';

/** Few frames on each connection: one whose stream was changed to a high number makes those behind it invalid. */
const FRAMES = 40;
/** How long to wait for an answer that is missing, in ms, and for one that is too much. */
const PATIENCE = 5000;
const AFTERWARDS = 2;

const EXPIRED = `${Code.DeadlineExceeded} context deadline exceeded`;

/** The methods that random frames call, as Go's side has them: without a look at the payload. */
const server = new Server(
  (service) => (service === SERVICE ? find : undefined),
  (error) => ({ code: Code.Unknown, message: String(error) }),
);

function find(method: string) {
  if (!METHODS.includes(method)) return undefined;
  return () => {
    if (method === 'Throw') throw new StatusError(Code.NotFound, 'thrown');
    return new Uint8Array(0);
  };
}

/**
 * Random frames but those for which the two have different rules: data for a stream (Go's server dies of them when it is one of a
 * call), requests that open a stream, frames of other types with even streams (Go refuses them), too much data of another type.
 */
function conversation(random: (below: number) => number): Buffer {
  const sent = { last: 0 };
  const frames: Uint8Array[] = [];
  while (frames.length < FRAMES) {
    const frame = Buffer.from(randomFrame(random, sent));
    const whole = frame.length >= 10 && frame.readUInt32BE(0) === frame.length - 10;
    const [type = 0, flags = 0] = frame.subarray(8, 10);
    const same = type === 1 ? (flags & 2) === 0 : type !== 3 && whole && frame.readUInt32BE(4) % 2 === 1;
    if (whole && same) frames.push(frame);
  }
  return Buffer.concat(frames);
}

function collector(onAnswer: (answer: string) => void): (data: Uint8Array) => void {
  const reader = new FrameReader(({ stream, data }) => {
    const { code, message } = decodeResponse(data ?? new Uint8Array(0));
    onAnswer(`${stream}: ${code} ${message.replace(/^(unmarshal request error).*/s, '$1')}`);
  });
  return (data) => reader.push(data);
}

function ours(bytes: Uint8Array): string[] {
  const answers: string[] = [];
  const collect = collector((answer) => answers.push(answer));
  server.connect({ write: collect, close: () => {} })(bytes);
  return answers.sort();
}

function theirs(path: string, bytes: Uint8Array, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const answers: string[] = [];
    const socket = connect(path);
    const end = (): void => {
      socket.destroy();
      resolve(answers.sort());
    };
    let timer = setTimeout(end, PATIENCE);
    const collect = collector((answer) => {
      if (answers.push(answer) < count) return;
      clearTimeout(timer);
      timer = setTimeout(end, AFTERWARDS);
    });
    socket.on('data', collect).on('error', () => {});
    socket.write(bytes);
  });
}

/** Go calls a method whose time was up when the request was sent, and these look at no watch. */
function sameAnswer(our: string | undefined, their: string | undefined): boolean {
  if (our === their) return true;
  const stream = our?.split(' ')[0];
  return our === `${stream} ${EXPIRED}` && [`${stream} 0 `, `${stream} 5 thrown`].includes(their ?? '');
}

export interface Compared {
  readonly frames: number;
  readonly answers: number;
  readonly problems: string[];
}

/** Compares the answers to `frames` frames, of which the seed decides. */
export async function differential(frames: number, seed: number): Promise<Compared> {
  const random = randomNumbers(seed);
  const problems: string[] = [];
  let answers = 0;
  let sent = 0;
  await withSocket((path) =>
    withGoServer(path, [], async () => {
      for (; sent < frames && problems.length < 10; sent += FRAMES) {
        const bytes = conversation(random);
        const our = ours(bytes);
        const their = await theirs(path, bytes, our.length);
        answers += our.length;
        const at = Math.max(our.length, their.length) - 1;
        for (let i = 0; i <= at; i++)
          if (!sameAnswer(our[i], their[i]))
            problems.push(`ours ${our[i]}, Go's ${their[i]}: ${bytes.toString('hex')}`);
      }
    }),
  );
  return { frames: sent, answers, problems };
}
