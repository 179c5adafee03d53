/** Plan → bytes for hoist-init. The layout is described at the top of addon/common/plan.h, which reads it. */

import { type FieldType, FLAGS, OPERATIONS, type Operation, PLAN_MAGIC, PLAN_VERSION } from './operations.ts';

const HEADER = 32;
const OPERATION_HEADER = 8;
const TRACE = 1;

export interface EncodeOptions {
  /** hoist-init records the time of each operation. */
  readonly trace: boolean;
  /** Descriptors from 3 on that the container inherits. */
  readonly preserved: number;
}

/** Grows as needed; one allocation for an ordinary container. */
class Writer {
  private bytes = new Uint8Array(16384);
  private view = new DataView(this.bytes.buffer);
  private readonly encoder = new TextEncoder();
  length = 0;

  u16At(offset: number, value: number): void {
    this.view.setUint16(offset, value, true);
  }

  u32At(offset: number, value: number): void {
    this.view.setUint32(offset, value, true);
  }

  skip(count: number): number {
    const at = this.length;
    this.reserve(count);
    this.length += count;
    return at;
  }

  integer(value: number | bigint): void {
    const at = this.skip(8);
    if (typeof value === 'number' && value >= 0 && value <= 0xffffffff) this.view.setUint32(at, value, true);
    else this.view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
  }

  pair(first: number): void {
    this.u32At(this.skip(8), first);
  }

  text(value: string): void {
    this.reserve(4 + value.length * 3 + 8);
    const start = this.length;
    const { written } = this.encoder.encodeInto(value, this.bytes.subarray(start + 4));
    this.u32At(start, written);
    this.length = align(start + 4 + written + 1);
  }

  data(value: Uint8Array): void {
    this.pair(value.length);
    const at = this.skip(align(value.length));
    this.bytes.set(value, at);
  }

  done(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count + 8;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, needed));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

function align(value: number): number {
  return Math.ceil(value / 8) * 8;
}

function field(writer: Writer, type: FieldType, value: unknown): void {
  if (type === 'int') writer.integer(value as number | bigint);
  else if (type === 'text') writer.text(value as string);
  else if (type === 'bytes') writer.data(value as Uint8Array);
  else {
    const list = value as readonly unknown[];
    writer.pair(list.length);
    for (const item of list) {
      if (type === 'texts') writer.text(item as string);
      else writer.integer(item as number | bigint);
    }
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
    writer.u16At(start, kind);
    writer.u16At(start + 2, (operation.tolerate ? FLAGS.tolerate : 0) + (operation.ifPresent ? FLAGS.ifPresent : 0));
    const values = operation as unknown as Record<string, unknown>;
    for (const name in fields) field(writer, fields[name] as FieldType, values[name]);
    writer.u32At(start + 4, writer.length - start);
  }
  [PLAN_MAGIC, PLAN_VERSION, writer.length, operations.length, options.trace ? TRACE : 0, options.preserved].forEach(
    (value, index) => {
      writer.u32At(index * 4, value);
    },
  );
  return writer.done();
}
