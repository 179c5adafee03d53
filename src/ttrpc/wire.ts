/**
 * The little of protocol buffers that ttrpc's own messages need (https://protobuf.dev/programming-guides/encoding), with Go's strictness: text is
 * UTF-8, a known field of another type is an unknown one, what is unknown is skipped.
 */
export const VARINT = 0;
const FIXED64 = 1;
export const BYTES = 2;
const GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;

/** Groups within groups that Go reads. */
const MAX_DEPTH = 10_001;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Reads fields one after another. Every method throws an Error when the bytes are no message. */
export class WireReader {
  /** Of the field whose tag was read last. */
  field = 0;
  type = 0;
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads the next tag. @returns false at the end */
  next(): boolean {
    if (this.at === this.bytes.length) return false;
    const tag = this.varint();
    this.type = tag % 8;
    this.field = (tag - this.type) / 8;
    if (this.field < 1 || this.field > 0x1fffffff) throw new Error('invalid field number');
    return true;
  }

  /** An unsigned integer of 64 bits: exact up to 2^53. */
  varint(): number {
    const first = this.bytes[this.at];
    if (first !== undefined && first < 128) {
      this.at++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let count = 1; count <= 10; count++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error('unexpected EOF');
      value += (byte & 127) * scale;
      if (byte < 128 && (count < 10 || byte < 2)) return value;
      if (byte < 128) break;
      scale *= 128;
    }
    throw new Error('variable length integer overflow');
  }

  /** A signed integer of 64 bits. Of negative ones only the sign is exact. */
  int64(): number {
    const { at } = this;
    const value = this.varint();
    // The sign is the 64th bit, alone in the tenth byte.
    const negative = this.at - at === 10 && this.bytes[this.at - 1] === 1;
    return negative ? Math.min(value - 2 ** 64, -1) : value;
  }

  /** A view of the reader's bytes. */
  data(): Uint8Array {
    const length = this.varint();
    return this.bytes.subarray(this.at, this.pass(length));
  }

  text(): string {
    return decoder.decode(this.data());
  }

  /** Passes over the value of the field whose tag was read last. */
  skip(): void {
    if (this.type === VARINT) this.varint();
    else if (this.type === FIXED64) this.pass(8);
    else if (this.type === BYTES) this.pass(this.varint());
    else if (this.type === FIXED32) this.pass(4);
    else if (this.type === GROUP) this.skipGroup();
    else throw new Error('cannot parse reserved wire type');
  }

  private skipGroup(): void {
    const open = [this.field];
    while (open.length > 0) {
      if (!this.next()) throw new Error('unexpected EOF');
      if (this.type === GROUP) {
        if (open.push(this.field) > MAX_DEPTH) throw new Error('exceeded maximum recursion depth');
      } else if (this.type !== END_GROUP) this.skip();
      else if (open.pop() !== this.field) throw new Error('mismatching end group marker');
    }
  }

  private pass(length: number): number {
    if (length > this.bytes.length - this.at) throw new Error('unexpected EOF');
    this.at += length;
    return this.at;
  }
}

/** Writes fields into bytes that are large enough. What is empty or 0 is left out. */
export class WireWriter {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** @param value at most 2^53 */
  number(field: number, value: number): this {
    if (value === 0) return this;
    this.bytes[this.at++] = field * 8 + VARINT;
    return this.varint(value);
  }

  data(field: number, value: Uint8Array): this {
    if (value.length === 0) return this;
    this.open(field, value.length).bytes.set(value, this.at);
    this.at += value.length;
    return this;
  }

  /** Begins a field of `length` bytes, which follow. */
  open(field: number, length: number): this {
    this.bytes[this.at++] = field * 8 + BYTES;
    return this.varint(length);
  }

  private varint(value: number): this {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) + 128;
    this.bytes[this.at++] = rest;
    return this;
  }
}

/** How many bytes `WireWriter.number` takes for a field number below 16. */
export function numberLength(value: number): number {
  return value === 0 ? 0 : 1 + varintLength(value);
}

/** How many bytes `WireWriter.data` takes. */
export function dataLength(length: number): number {
  return length === 0 ? 0 : 1 + varintLength(length) + length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) length++;
  return length;
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
