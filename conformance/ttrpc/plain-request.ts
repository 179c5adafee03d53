/** A Request as the specification of protocol buffers reads, with bigints and without a thought for speed: for the model. */
interface Field {
  readonly field: bigint;
  readonly type: number;
  /** What an integer is, or some bytes are. */
  readonly value: bigint | Uint8Array;
}

class Malformed extends Error {}

class Bytes {
  private rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.rest = bytes;
  }

  get empty(): boolean {
    return this.rest.length === 0;
  }

  take(length: bigint): Uint8Array {
    if (length > BigInt(this.rest.length)) throw new Malformed();
    const taken = this.rest.subarray(0, Number(length));
    this.rest = this.rest.subarray(Number(length));
    return taken;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = BigInt(this.take(1n)[0] ?? 0);
      value |= (byte & 127n) << shift;
      if (byte < 128n) {
        if (value >= 2n ** 64n) throw new Malformed();
        return value;
      }
    }
    throw new Malformed();
  }
}

/** The next field; a group as one without bytes. undefined: the end of the group around it */
function next(bytes: Bytes, group: bigint | undefined): Field | undefined {
  const tag = bytes.varint();
  const [field, type] = [tag >> 3n, Number(tag & 7n)];
  if (field < 1n || field >= 2n ** 29n) throw new Malformed();
  if (type === 0) return { field, type, value: bytes.varint() };
  if (type === 1) return { field, type, value: bytes.take(8n) };
  if (type === 2) return { field, type, value: bytes.take(bytes.varint()) };
  if (type === 5) return { field, type, value: bytes.take(4n) };
  if (type === 4 && field === group) return undefined;
  if (type !== 3) throw new Malformed();
  while (next(bytes, field));
  return { field, type, value: new Uint8Array(0) };
}

function fields(data: Uint8Array): Field[] {
  const found: Field[] = [];
  const bytes = new Bytes(data);
  while (!bytes.empty) {
    const field = next(bytes, undefined);
    if (field) found.push(field);
  }
  return found;
}

function decode(data: Uint8Array) {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const request = { service: '', method: '', payload: new Uint8Array(0) as Uint8Array, nanos: 0n };
  for (const { field, type, value } of fields(data)) {
    if (type === 0 && field === 4n) request.nanos = BigInt.asIntN(64, value as bigint);
    if (type !== 2) continue;
    const bytes = value as Uint8Array;
    if (field === 1n) request.service = utf8.decode(bytes);
    if (field === 2n) request.method = utf8.decode(bytes);
    if (field === 3n) request.payload = bytes;
    if (field === 5n)
      for (const each of fields(bytes)) if (each.type === 2 && each.field <= 2n) utf8.decode(each.value as Uint8Array);
  }
  return request;
}

/** @returns undefined when the bytes are no Request */
export function decodeRequest(data: Uint8Array): ReturnType<typeof decode> | undefined {
  try {
    return decode(data);
  } catch {
    return undefined;
  }
}
