import { describe, expect, it } from 'vitest';
import {
  DATA,
  type Frame,
  FrameReader,
  HEADER_LENGTH,
  MAX_LENGTH,
  newFrame,
  REQUEST,
  tooLong,
} from '../../../src/ttrpc/frame.ts';

function frame(stream: number, type: number, data: readonly number[], flags = 0): Uint8Array {
  const bytes = newFrame(stream, type, flags, data.length);
  bytes.set(data, HEADER_LENGTH);
  return bytes;
}

function header(length: number, stream: number, type: number, flags = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_LENGTH));
  view.setUint32(0, length);
  view.setUint32(4, stream);
  view.setUint8(8, type);
  view.setUint8(9, flags);
  return new Uint8Array(view.buffer);
}

function readInPieces(bytes: Uint8Array, size: number): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((each) => frames.push(each));
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.slice(at, at + size));
  return frames;
}

it('a header is ten bytes, its numbers big-endian', () => {
  // Captured: a request of containerd's with 0x22d bytes of data.
  const bytes = newFrame(1, REQUEST, 0, 0x22d);
  expect(Buffer.from(bytes.subarray(0, HEADER_LENGTH)).toString('hex')).toBe('0000022d000000010100');
  expect(bytes).toHaveLength(HEADER_LENGTH + 0x22d);
  expect([...newFrame(0xfedcba97, DATA, 5, 0)]).toEqual([0, 0, 0, 0, 0xfe, 0xdc, 0xba, 0x97, 3, 5]);
});

describe('frames are the same however they are cut', () => {
  const bytes = Buffer.concat([
    frame(1, REQUEST, [1, 2, 3]),
    frame(3, 7, []),
    frame(0xffffffff, DATA, [9], 5),
    frame(5, 2, []),
  ]);
  const whole = [
    { length: 3, stream: 1, type: REQUEST, flags: 0, data: Uint8Array.of(1, 2, 3) },
    { length: 0, stream: 3, type: 7, flags: 0, data: Uint8Array.of() },
    { length: 1, stream: 0xffffffff, type: DATA, flags: 5, data: Uint8Array.of(9) },
    { length: 0, stream: 5, type: 2, flags: 0, data: Uint8Array.of() },
  ];

  it.each([1, 2, 3, 9, 10, 11, 13, 14, 1000])('into pieces of %i', (size) => {
    expect(readInPieces(bytes, size)).toEqual(whole);
  });
});

it('what is handed over stays as it is when the piece is used again', () => {
  const frames: Frame[] = [];
  const reader = new FrameReader((each) => frames.push(each));
  const piece = frame(1, REQUEST, [1, 2, 3]);
  reader.push(piece);
  piece.fill(0);
  expect(frames[0]?.data).toEqual(Uint8Array.of(1, 2, 3));
});

it('4 MiB are taken', () => {
  const frames = readInPieces(newFrame(1, REQUEST, 0, MAX_LENGTH), 65536);
  expect(frames.map(({ data }) => data?.length)).toEqual([MAX_LENGTH]);
});

it.each([65536, 8 * MAX_LENGTH])('more is thrown away, in pieces of %i, and the next frame is read', (size) => {
  const length = MAX_LENGTH + 1;
  const bytes = Buffer.concat([header(length, 7, REQUEST, 1), new Uint8Array(length), frame(9, REQUEST, [4])]);
  expect(readInPieces(bytes, size)).toEqual([
    { length, stream: 7, type: REQUEST, flags: 1, data: undefined },
    { length: 1, stream: 9, type: REQUEST, flags: 0, data: Uint8Array.of(4) },
  ]);
  expect(tooLong(length)).toEqual({
    code: 8,
    message: 'message length 4194305 exceed maximum message size of 4194304',
  });
});

it('a length that no machine could hold is counted, not kept', () => {
  const frames: Frame[] = [];
  const reader = new FrameReader((each) => frames.push(each));
  reader.push(header(0xffffffff, 7, REQUEST));
  const before = process.memoryUsage().arrayBuffers;
  const piece = new Uint8Array(1 << 20);
  for (let i = 0; i < 64; i++) reader.push(piece);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
  expect(frames).toEqual([]);
});
