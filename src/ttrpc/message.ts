/** ttrpc's Request and Response (proto/ttrpc/request.proto), each in the frame that carries it: one allocation, one write. */
import { HEADER_LENGTH, MAX_LENGTH, newFrame, REQUEST, RESPONSE, tooLong } from './frame.ts';
import { Code, type Status } from './status.ts';
import { BYTES, dataLength, numberLength, utf8, VARINT, WireReader, WireWriter } from './wire.ts';

export interface Request {
  readonly service: string;
  readonly method: string;
  readonly payload: Uint8Array;
  /** 0: none; negative: it was up when the request was sent */
  readonly timeoutNanos: number;
  /** As they were sent: with Go's ttrpc in small letters. */
  readonly metadata: ReadonlyMap<string, readonly string[]> | undefined;
}

export interface Response extends Status {
  readonly payload: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** @throws Error when the bytes are no Request */
export function decodeRequest(bytes: Uint8Array): Request {
  const request = { service: '', method: '', payload: NOTHING as Uint8Array, timeoutNanos: 0 };
  let metadata: Map<string, string[]> | undefined;
  for (const reader = new WireReader(bytes); reader.next(); ) {
    if (reader.type === BYTES && reader.field === 1) request.service = reader.text();
    else if (reader.type === BYTES && reader.field === 2) request.method = reader.text();
    else if (reader.type === BYTES && reader.field === 3) request.payload = reader.data();
    else if (reader.type === VARINT && reader.field === 4) request.timeoutNanos = reader.int64();
    else if (reader.type === BYTES && reader.field === 5) {
      metadata ??= new Map();
      addPair(metadata, new WireReader(reader.data()));
    } else reader.skip();
  }
  return { ...request, metadata };
}

function addPair(metadata: Map<string, string[]>, reader: WireReader): void {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.type === BYTES && reader.field === 1) key = reader.text();
    else if (reader.type === BYTES && reader.field === 2) value = reader.text();
    else reader.skip();
  }
  const values = metadata.get(key);
  if (values) values.push(value);
  else metadata.set(key, [value]);
}

/** @throws Error when the bytes are no Response */
export function decodeResponse(bytes: Uint8Array): Response {
  let status: Status = { code: Code.OK, message: '' };
  let payload = NOTHING as Uint8Array;
  for (const reader = new WireReader(bytes); reader.next(); ) {
    if (reader.type === BYTES && reader.field === 1) status = decodeStatus(new WireReader(reader.data()));
    else if (reader.type === BYTES && reader.field === 2) payload = reader.data();
    else reader.skip();
  }
  return { ...status, payload };
}

function decodeStatus(reader: WireReader): Status {
  const status = { code: Code.OK as number, message: '' };
  while (reader.next()) {
    if (reader.type === VARINT && reader.field === 1) status.code = reader.int64();
    else if (reader.type === BYTES && reader.field === 2) status.message = reader.text();
    else reader.skip();
  }
  return status;
}

/**
 * The frame of a request.
 * @returns a Status when it would be too long
 */
export function requestFrame(
  stream: number,
  service: string,
  method: string,
  payload: Uint8Array,
  timeoutNanos: number,
  metadata: Readonly<Record<string, string>>,
): Uint8Array | Status {
  const [serviceBytes, methodBytes] = [utf8(service), utf8(method)];
  const pairs = Object.entries(metadata).map(([key, value]) => [utf8(key), utf8(value)] as const);
  let length = dataLength(serviceBytes.length) + dataLength(methodBytes.length) + dataLength(payload.length);
  length += numberLength(timeoutNanos);
  for (const pair of pairs) length += dataLength(pairLength(pair));
  if (length > MAX_LENGTH) return tooLong(length);
  const frame = newFrame(stream, REQUEST, 0, length);
  const writer = new WireWriter(frame, HEADER_LENGTH);
  writer.data(1, serviceBytes).data(2, methodBytes).data(3, payload).number(4, timeoutNanos);
  for (const pair of pairs) writer.open(5, pairLength(pair)).data(1, pair[0]).data(2, pair[1]);
  return frame;
}

function pairLength([key, value]: readonly [Uint8Array, Uint8Array]): number {
  return dataLength(key.length) + dataLength(value.length);
}

/** The frame of a response with a payload, or, when that is too long, one that says so. */
export function responseFrame(stream: number, payload: Uint8Array): Uint8Array {
  const length = dataLength(payload.length);
  if (length > MAX_LENGTH) return failureFrame(stream, tooLong(length));
  const frame = newFrame(stream, RESPONSE, 0, length);
  new WireWriter(frame, HEADER_LENGTH).data(2, payload);
  return frame;
}

/** The frame of a response that is an error, or, when its message is too long, one that says so. */
export function failureFrame(stream: number, { code, message }: Status): Uint8Array {
  const text = utf8(message);
  const inner = numberLength(code) + dataLength(text.length);
  const length = dataLength(inner);
  if (length > MAX_LENGTH) return failureFrame(stream, tooLong(length));
  const frame = newFrame(stream, RESPONSE, 0, length);
  new WireWriter(frame, HEADER_LENGTH).open(1, inner).number(1, code).data(2, text);
  return frame;
}
