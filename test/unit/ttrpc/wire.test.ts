import { describe, expect, it } from 'vitest';
import { BYTES, dataLength, numberLength, VARINT, WireReader, WireWriter } from '../../../src/ttrpc/wire.ts';

const read = (...bytes: number[]): WireReader => new WireReader(Uint8Array.from(bytes));

function written(length: number, write: (writer: WireWriter) => void): number[] {
  const bytes = new Uint8Array(length);
  write(new WireWriter(bytes, 0));
  return [...bytes];
}

describe('integers', () => {
  it.each([
    [[0], 0],
    [[1], 1],
    [[127], 127],
    [[0x80, 1], 128],
    [[0xac, 2], 300],
    [[0x80, 0], 0],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 32 - 1],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 2 ** 53 - 1],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 2 ** 63],
  ])('%j is %d', (bytes, value) => {
    expect(read(...bytes).varint()).toBe(value);
  });

  it.each([1, 127, 128, 300, 2 ** 31, 2_000_000_000, 2 ** 53])('%d is read as it was written', (value) => {
    const bytes = written(numberLength(value), (writer) => writer.number(4, value));
    const reader = read(...bytes);
    expect(reader.next()).toBe(true);
    expect([reader.field, reader.type]).toEqual([4, VARINT]);
    expect(reader.int64()).toBe(value);
    expect(reader.next()).toBe(false);
  });

  const ones = Array<number>(9).fill(0xff);
  it('are negative when the last bit says so', () => {
    expect(read(...ones, 1).int64()).toBe(-1);
    expect(read(...Array<number>(9).fill(0x80), 1).int64()).toBe(-(2 ** 63));
    expect(read(...ones.slice(1), 0x7f).int64()).toBe(2 ** 63);
  });

  it.each([
    ['more than ten bytes', [...ones, 0x80, 1]],
    ['65 bits', [...ones, 2]],
  ])('%s are none', (_, bytes) => {
    expect(() => read(...bytes).varint()).toThrow('variable length integer overflow');
  });
});

describe('fields', () => {
  it('of bytes are views, and text', () => {
    const text = new TextEncoder().encode('größe\uFEFF');
    const bytes = written(dataLength(text.length), (writer) => writer.data(2, text));
    const reader = read(...bytes);
    reader.next();
    expect([reader.field, reader.type]).toEqual([2, BYTES]);
    expect(reader.text()).toBe('größe\uFEFF');
  });

  it('that are empty are left out', () => {
    expect(written(0, (writer) => writer.number(1, 0).data(2, new Uint8Array(0)))).toEqual([]);
    expect([numberLength(0), dataLength(0)]).toEqual([0, 0]);
  });

  it.each([
    ['an integer', [0x78, 0xff, 1]],
    ['eight bytes', [0x79, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['some bytes', [0x7a, 2, 1, 2]],
    ['four bytes', [0x7d, 1, 2, 3, 4]],
    ['an empty group', [0x7b, 0x7c]],
    ['as many groups as can be', [...Array<number>(10_001).fill(0x7b), ...Array<number>(10_001).fill(0x7c)]],
    ['a group', [0x7b, 0x08, 1, 0x13, 0x0a, 1, 65, 0x14, 0x7c]],
  ])('that are unknown are passed over: %s', (_, bytes) => {
    const reader = read(...bytes, 0x08, 7);
    reader.next();
    reader.skip();
    expect(reader.next()).toBe(true);
    expect([reader.field, reader.varint()]).toEqual([1, 7]);
  });

  it.each([
    ['a length beyond the end', [0x7a, 3, 1, 2], 'unexpected EOF'],
    ['an enormous length', [0x7a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], 'unexpected EOF'],
    ['four bytes that are three', [0x7d, 1, 2, 3], 'unexpected EOF'],
    ['an integer that does not end', [0x78, 0x80], 'unexpected EOF'],
    ['a group that does not end', [0x7b, 0x08, 1], 'unexpected EOF'],
    ['a group that ends as another', [0x7b, 0x74], 'mismatching end group marker'],
    ['an end without a group', [0x7c], 'cannot parse reserved wire type'],
    ['type 6', [0x7e, 1], 'cannot parse reserved wire type'],
    ['too many groups', Array<number>(10_002).fill(0x7b), 'exceeded maximum recursion depth'],
  ])('%s is an error', (_, bytes, message) => {
    const reader = read(...bytes);
    expect(() => {
      while (reader.next()) reader.skip();
    }).toThrow(message);
  });

  it.each([[[0]], [[0x07]], [[0x80, 0x80, 0x80, 0x80, 0x10]]])('%j is no tag', (bytes) => {
    expect(() => read(...bytes).next()).toThrow('invalid field number');
  });
});
