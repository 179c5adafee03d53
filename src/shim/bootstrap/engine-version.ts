/**
 * Asks containerd for its version: one call of gRPC, in the few frames of HTTP/2 that it takes (RFC 9113). A client that knows all of
 * them takes longer to load than a whole pod takes to start.
 */

import { native } from '../../host/native.ts';
import { Any } from '../../proto/types.js';

const METHOD = '/containerd.services.version.v1.Version/Version';
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const PATIENCE_MS = 1000;
const MOST_BYTES = 64 * 1024;

const FRAME_HEADER = 9;
const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;
const END_STREAM = 1;
const END_HEADERS = 4;
/** Of a message of gRPC: whether it is compressed, and its length. */
const PREFIX = 5;

/** @param address of its gRPC socket, a path. @returns `v2.1.9`, or nothing when it does not say */
export function engineVersion(address: string): string {
  let connection: number | undefined;
  try {
    connection = native.connectSocket(address, false);
    native.write(connection, versionCall());
    return answer(connection) ?? '';
  } catch {
    // Who asks can do without.
    return '';
  } finally {
    if (connection !== undefined) native.close(connection);
  }
}

/** Exported for tests. */
export function versionCall(): Uint8Array {
  // RFC 7541: indexed fields of the static table, and literals that are not to be remembered.
  const fields = Buffer.concat([
    Buffer.from([0x83, 0x86, 0x04]), // :method POST, :scheme http, :path …
    text(METHOD),
    Buffer.from([0x01]), // :authority …
    text('localhost'),
    Buffer.from([0x0f, 0x10]), // content-type …
    text('application/grpc'),
    Buffer.from([0x00]),
    text('te'),
    text('trailers'),
  ]);
  return Buffer.concat([
    Buffer.from(PREFACE),
    frame(SETTINGS, 0, 0, Buffer.alloc(0)),
    frame(HEADERS, END_HEADERS, 1, fields),
    frame(DATA, END_STREAM, 1, Buffer.alloc(PREFIX)),
  ]);
}

function text(words: string): Uint8Array {
  return Buffer.concat([Buffer.from([words.length]), Buffer.from(words)]);
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** @throws SystemError ETIMEDOUT */
function answer(connection: number): string | undefined {
  const end = Date.now() + PATIENCE_MS;
  let received = Buffer.alloc(0);
  while (received.length < MOST_BYTES) {
    const more = native.read(connection, MOST_BYTES, Math.max(0, end - Date.now()));
    if (more === undefined) return undefined;
    received = Buffer.concat([received, more]);
    const found = versionIn(received);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The version, once the frame that has it is there. Exported for tests. */
export function versionIn(received: Buffer): string | undefined {
  for (let at = 0; at + FRAME_HEADER <= received.length; ) {
    const length = received.readUIntBE(at, 3);
    const payload = at + FRAME_HEADER;
    if (payload + length > received.length) return undefined;
    // A VersionResponse has two texts, as an Any has a text and bytes: the first one is the version.
    if (received[at + 3] === DATA && length > PREFIX)
      return Any.decode(received.subarray(payload + PREFIX, payload + length)).typeUrl;
    at = payload + length;
  }
  return undefined;
}
