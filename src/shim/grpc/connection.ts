/** A connection of the ground as grpc-js wants one: a stream of Node's. */

import { Duplex } from 'node:stream';

/** A connection of the ground. */
interface Wire {
  write(data: Uint8Array): void;
  close(): void;
}

/**
 * @param attach takes the connection over: calls back with what arrives, and with undefined at its end
 * @returns a stream that ends when the other side has closed it, and closes the connection when it is destroyed
 */
export function streamOf(attach: (onData: (data: Uint8Array | undefined) => void) => Wire): Duplex {
  const stream = new Duplex({
    // HTTP/2 has windows of its own, beyond which nobody sends: nothing needs to be held back here.
    read() {},
    write(piece: Uint8Array, _encoding, done) {
      transport.write(piece);
      done();
    },
    final(done) {
      transport.close();
      done();
    },
    destroy(error, done) {
      transport.close();
      done(error);
    },
  });
  const transport = attach((data) => stream.push(data ?? null));
  // Without a reader of its errors the program would end.
  stream.on('error', () => {});
  return stream;
}
