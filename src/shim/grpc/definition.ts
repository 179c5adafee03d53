/** Methods as grpc-js wants them defined, for services that take and give bytes. */

import type { MethodDefinition } from '@grpc/grpc-js';

/** Which side of a call may send more than one message. */
export interface Streams {
  readonly request?: boolean;
  readonly response?: boolean;
}

function received(bytes: Buffer): Buffer {
  return bytes;
}

/** grpc-js copies with a method that only a Buffer has. */
function sent(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param service its full name: `containerd.task.v3.Task` */
export function bytesMethod(
  service: string,
  name: string,
  streams: Streams = {},
): MethodDefinition<Buffer, Uint8Array> {
  return {
    path: `/${service}/${name}`,
    requestStream: streams.request ?? false,
    responseStream: streams.response ?? false,
    requestSerialize: sent,
    requestDeserialize: received,
    responseSerialize: sent,
    responseDeserialize: received,
  };
}
