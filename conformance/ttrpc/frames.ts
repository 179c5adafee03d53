/** Random frames for a ttrpc server: right ones, wrong ones, and right ones with something changed. */
type Random = (below: number) => number;

/** Names that the fuzzed server has. */
export const SERVICE = 'fuzz.Service';
export const METHODS = ['Echo', 'Throw', 'Odd', 'Soon', 'Reject', 'Held'];

const MAX_LENGTH = 4 << 20;

/** What a connection has sent so far: the generator wants streams that are new, and some that are not. */
export interface Sent {
  last: number;
}

/** The bytes of one frame, in most cases. */
export function randomFrame(random: Random, sent: Sent): Uint8Array {
  const frame = intact(random, sent);
  if (random(12) > 0) return frame;
  return changed(random, frame);
}

function intact(random: Random, sent: Sent): Uint8Array {
  switch (random(16)) {
    case 0:
      return frameOf(random(sent.last + 8), 1, random(4), body(random));
    case 1:
      return frameOf(Math.max(0, sent.last - random(8)), 3, random(8), noise(random, 20));
    case 2:
      return frameOf(sent.last + random(4), 3, random(8), random(2) ? [] : noise(random, 20));
    case 3:
      return frameOf(sent.last + random(4), [0, 2, 4, 17, 255][random(5)] ?? 0, random(256), noise(random, 40));
    case 4:
      return frameOf(next(random, sent), 1, 0, noise(random, 60));
    case 5:
      return random(200) > 0 ? frameOf(next(random, sent), 1, random(256), body(random)) : oversized(random, sent);
    default:
      return frameOf(next(random, sent), 1, random(10) > 0 ? 0 : random(4), body(random));
  }
}

function next(random: Random, sent: Sent): number {
  sent.last += random(20) > 0 ? 2 : 2 * random(1000);
  return sent.last + 1 - (sent.last % 2);
}

export function frameOf(stream: number, type: number, flags: number, data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(10 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  view.setUint32(4, stream);
  bytes[8] = type;
  bytes[9] = flags;
  bytes.set(data, 10);
  return bytes;
}

function oversized(random: Random, sent: Sent): Uint8Array {
  const bytes = new Uint8Array(10 + MAX_LENGTH + 1 + random(100));
  bytes.set(frameOf(next(random, sent), [1, 1, 3, 9][random(4)] ?? 1, 0, []));
  new DataView(bytes.buffer).setUint32(0, bytes.length - 10);
  return bytes;
}

/** One to three bytes are others, some are missing, or some are there twice. */
function changed(random: Random, frame: Uint8Array): Uint8Array {
  const bytes = frame.slice();
  const at = random(bytes.length);
  if (random(40) === 0) return bytes.subarray(0, at);
  if (random(20) === 0) return Uint8Array.of(...bytes.subarray(0, Math.min(at, 1000)), ...bytes.subarray(0, 1000));
  // Mostly behind length and stream: with those wrong, what follows is data of an enormous frame, or of a stream long past.
  const from = [8, 8, 8, 8, 8, 8, 8, 8, 4, 3][random(10)] ?? 8;
  for (let count = 1 + random(3); count > 0; count--) bytes[from + random(bytes.length - from)] = random(256);
  return bytes;
}

function noise(random: Random, most: number): number[] {
  return Array.from({ length: random(most) }, () => random(256));
}

/** A Request: its fields in any order, some twice, some unknown. */
function body(random: Random): number[] {
  const bytes: number[] = [];
  const add = (field: number, type: number, ...value: number[]): void => {
    bytes.push(...varint(BigInt(field * 8 + type)), ...value);
  };
  const service = random(30) > 0 ? SERVICE : ['', 'fuzz.Other', 'ä'][random(3)];
  const method = random(30) > 0 ? METHODS[random(METHODS.length)] : ['', 'constructor', 'Größe'][random(3)];
  if (random(40) === 0) add(1, 2, ...text('fuzz.Before'));
  add(1, 2, ...text(service ?? ''));
  add(2, 2, ...text(method ?? ''));
  const payload = noise(random, random(100) > 0 ? 60 : 2000);
  if (payload.length > 0) add(3, 2, ...varint(BigInt(payload.length)), ...payload);
  if (random(3) === 0) add(4, 0, ...varint(timeout(random)));
  for (let count = random(3); count > 0; count--) {
    const pair = [0x0a, ...text(`key${random(3)}`), 0x12, ...text(random(10) > 0 ? 'value' : 'wert €')];
    add(5, 2, ...varint(BigInt(pair.length)), ...pair);
  }
  if (random(10) === 0) unknown(random, add, bytes);
  return bytes;
}

function timeout(random: Random): bigint {
  const small = BigInt(1 + random(5_000_000));
  return [small, small, 2_000_000_000n, -small, -1n, 2n ** 63n - 1n, 2n ** 31n * 1_000_000n][random(7)] ?? small;
}

function unknown(
  random: Random,
  add: (field: number, type: number, ...value: number[]) => void,
  bytes: number[],
): void {
  const field = [1, 4, 6, 15, 16, 2000, 536870911][random(7)] ?? 6;
  switch (random(8)) {
    case 6:
      return add(field, 0, ...Array<number>(9).fill(255), random(4));
    case 7: {
      const depth = 1 + random(200);
      return void bytes.push(...Array<number>(depth).fill(0x33), ...Array<number>(depth).fill(0x34));
    }
    case 0:
      return add(field, 0, ...varint(BigInt(random(2 ** 31))));
    case 1:
      return add(field, 1, ...Array.from({ length: 8 }, () => random(256)));
    case 2:
      return add(field, 2, ...text('€'.repeat(random(50))));
    case 3:
      return add(field, 5, 1, 2, 3, random(256));
    case 4:
      add(field, 3, 0x08, 1, 0x13, 0x14);
      return add(field, 4);
    default:
      return add(field, random(8), ...noise(random, 10));
  }
}

/** A length, then UTF-8. */
function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...varint(BigInt(bytes.length)), ...bytes];
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
