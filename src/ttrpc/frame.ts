/**
 * Frames: ten bytes of header, then data (PROTOCOL.md of github.com/containerd/ttrpc).
 *
 *   0..3  length of the data, big-endian      8  type
 *   4..7  stream, big-endian                  9  flags
 */
import { Code, type Status } from './status.ts';

export const HEADER_LENGTH = 10;
/** Data of a frame, in bytes. */
export const MAX_LENGTH = 4 << 20;

export const REQUEST = 1;
export const RESPONSE = 2;
export const DATA = 3;

/** Flag of a request: the client will send data on this stream. */
export const REMOTE_OPEN = 2;

export interface Frame {
  readonly length: number;
  readonly stream: number;
  readonly type: number;
  readonly flags: number;
  /** undefined: there was more than MAX_LENGTH, and it was thrown away */
  readonly data: Uint8Array | undefined;
}

/** A new frame whose `length` bytes of data are still to be written, from HEADER_LENGTH on. */
export function newFrame(stream: number, type: number, flags: number, length: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + length);
  writeNumber(bytes, 0, length);
  writeNumber(bytes, 4, stream);
  bytes[8] = type;
  bytes[9] = flags;
  return bytes;
}

/** What Go's ttrpc says of data that are longer than MAX_LENGTH. */
export function tooLong(length: number): Status {
  const message = `message length ${length} exceed maximum message size of ${MAX_LENGTH}`;
  return { code: Code.ResourceExhausted, message };
}

/** Makes frames of the pieces in which they arrive. */
export class FrameReader {
  private readonly onFrame: (frame: Frame) => void;
  private readonly header = new Uint8Array(HEADER_LENGTH);
  private readonly numbers = new DataView(this.header.buffer);
  /** How much of the header is there, and of the data. */
  private headerRead = 0;
  private dataRead = 0;
  /** undefined: not allocated, or thrown away */
  private data: Uint8Array | undefined;

  constructor(onFrame: (frame: Frame) => void) {
    this.onFrame = onFrame;
  }

  /** Calls back with every frame that `piece` completes. The bytes are copied: the piece may be used again afterwards. */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.headerRead < HEADER_LENGTH) at = this.readHeader(piece, at);
      if (this.headerRead === HEADER_LENGTH) at = this.readData(piece, at);
    }
  }

  private readHeader(piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.length && this.headerRead < HEADER_LENGTH) this.header[this.headerRead++] = piece[at++] ?? 0;
    return at;
  }

  private readData(piece: Uint8Array, from: number): number {
    const length = this.numbers.getUint32(0);
    const to = Math.min(piece.length, from + length - this.dataRead);
    if (length <= MAX_LENGTH) {
      this.data ??= new Uint8Array(length);
      this.data.set(piece.subarray(from, to), this.dataRead);
    }
    this.dataRead += to - from;
    if (this.dataRead === length) {
      const { data, header } = this;
      this.headerRead = 0;
      this.dataRead = 0;
      this.data = undefined;
      this.onFrame({ length, stream: this.numbers.getUint32(4), type: header[8] ?? 0, flags: header[9] ?? 0, data });
    }
    return to;
  }
}

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
