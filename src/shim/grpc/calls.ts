/** Calls of a service's methods over gRPC, and their end when the server goes. */

import type { handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Call, Method } from '../rpc.ts';
import { type Failure, failure, GOING } from './answer.ts';

type Fail = (status: Failure) => void;

export class Calls {
  /** Of calls that have not been answered. */
  private readonly open = new Set<Fail>();
  private ended = false;

  /** @param methodFor throws RuntimeError for metadata that nobody can serve */
  unary(
    methodFor: (metadata: Metadata) => { readonly method: Method; readonly call: Call },
  ): handleUnaryCall<Buffer, Uint8Array> {
    return (incoming, answer) => {
      if (this.ended) return answer(GOING);
      const fail: Fail = (status) => {
        if (this.open.delete(fail)) answer(status);
      };
      this.open.add(fail);
      // Nobody waits for the answer any more: the client has gone, or its time is over.
      incoming.on('cancelled', () => this.open.delete(fail));
      run(() => {
        const { method, call } = methodFor(incoming.metadata);
        return method(incoming.request, call);
      }).then(
        (response) => {
          if (this.open.delete(fail)) answer(null, response);
        },
        (error) => fail(failure(error)),
      );
    };
  }

  /** Every call that still waits fails, and so does each that comes. */
  end(): void {
    this.ended = true;
    for (const fail of this.open) fail(GOING);
  }
}

/** What is thrown at once is a failure like any other. */
async function run<T>(work: () => Promise<T> | T): Promise<T> {
  return work();
}
