/** Plan → bytes for hoist-init. The layout is described at the top of addon/common/plan.h, which reads it. */

import { type FieldType, FLAGS, OPERATIONS, type Operation, PLAN_MAGIC, PLAN_VERSION } from './operations.ts';

/** In words of 32 bits. */
const HEADER = 8;
const OPERATION_HEADER = 2;
const TRACE = 1;
const MOST_32 = 0xffffffff;
const WORD = 2n ** 32n;

export interface EncodeOptions {
  /** hoist-init records the time of each operation. */
  readonly trace: boolean;
  /** Descriptors from 3 on that the container inherits. */
  readonly preserved: number;
}

/**
 * Grows as needed; one allocation for an ordinary container. Everything lies on multiples of four, so plain indexing does: a DataView
 * costs a call per number. What is not written stays zero.
 */
class Writer {
  private words = new Uint32Array(8192);
  private bytes = new Uint8Array(this.words.buffer);
  private readonly encoder = new TextEncoder();
  /** In words. */
  length = 0;

  set(at: number, value: number): void {
    this.words[at] = value;
  }

  skip(words: number): number {
    const at = this.length;
    this.reserve(words);
    this.length = at + words;
    return at;
  }

  integer(value: number | bigint): void {
    const at = this.skip(2);
    if (value === 0) return;
    if (typeof value === 'number' && value > 0 && value <= MOST_32) {
      this.words[at] = value;
      return;
    }
    const whole = BigInt.asUintN(64, BigInt(value));
    this.words[at] = Number(whole % WORD);
    this.words[at + 1] = Number(whole / WORD);
  }

  pair(first: number): void {
    this.words[this.skip(2)] = first;
  }

  text(value: string): void {
    this.reserve(value.length + 3);
    const start = this.length;
    const { written } = this.encoder.encodeInto(value, this.bytes.subarray(start * 4 + 4));
    this.words[start] = written;
    // With the length before it and a NUL behind it.
    this.length = start + doubleWords(4 + written + 1);
  }

  data(value: Uint8Array): void {
    this.pair(value.length);
    const at = this.skip(doubleWords(value.length));
    this.bytes.set(value, at * 4);
  }

  done(): Uint8Array {
    return this.bytes.subarray(0, this.length * 4);
  }

  private reserve(words: number): void {
    const needed = this.length + words;
    if (needed <= this.words.length) return;
    const grown = new Uint32Array(Math.max(this.words.length * 2, needed));
    grown.set(this.words);
    this.words = grown;
    this.bytes = new Uint8Array(grown.buffer);
  }
}

/** Bytes in words, rounded up to a multiple of eight bytes. */
function doubleWords(bytes: number): number {
  return Math.ceil(bytes / 8) * 2;
}

function field(writer: Writer, type: FieldType, value: unknown): void {
  if (type === 'int') writer.integer(value as number | bigint);
  else if (type === 'text') writer.text(value as string);
  else if (type === 'bytes') writer.data(value as Uint8Array);
  else if (type === 'texts') {
    const list = value as readonly string[];
    writer.pair(list.length);
    for (const item of list) writer.text(item);
  } else {
    const list = value as readonly (number | bigint)[];
    writer.pair(list.length);
    for (const item of list) writer.integer(item);
  }
}

/**
 * The bytes of a plan. Text must be free of NUL (spec/validate refuses it; hoist-init's reader refuses it once more,
 * CVE-2021-43784 was a size field that overflowed).
 */
export function encode(operations: readonly Operation[], options: EncodeOptions): Uint8Array {
  const writer = new Writer();
  writer.skip(HEADER);
  for (const operation of operations) {
    const { kind, fields } = OPERATIONS[operation.op] as { kind: number; fields: Record<string, FieldType> };
    const start = writer.skip(OPERATION_HEADER);
    const flags = (operation.tolerate ? FLAGS.tolerate : 0) + (operation.ifPresent ? FLAGS.ifPresent : 0);
    // Two 16-bit numbers.
    writer.set(start, kind + flags * 65536);
    const values = operation as unknown as Record<string, unknown>;
    for (const name in fields) field(writer, fields[name] as FieldType, values[name]);
    writer.set(start + 1, (writer.length - start) * 4);
  }
  writer.set(0, PLAN_MAGIC);
  writer.set(1, PLAN_VERSION);
  writer.set(2, writer.length * 4);
  writer.set(3, operations.length);
  writer.set(4, options.trace ? TRACE : 0);
  writer.set(5, options.preserved);
  return writer.done();
}
