/** The server: unary calls, any number of them at once on a connection, each answered once, in any order. */
import type { Call } from './call.ts';
import { Connection } from './connection.ts';
import type { Status } from './status.ts';
import type { Transport } from './transport.ts';

/**
 * One method: a request's bytes in, a response's bytes out. What it throws is made a status of.
 * The payload is its own: nothing else uses these bytes.
 */
export type Handler = (payload: Uint8Array, call: Call) => Promise<Uint8Array> | Uint8Array;

/** The methods of a service. undefined: there is none of that name */
export type Methods = (method: string) => Handler | undefined;

export class Server {
  private readonly services: (service: string) => Methods | undefined;
  private readonly statusOf: (error: unknown) => Status;

  /**
   * @param services finds a service by its whole name: `containerd.task.v2.Task`
   * @param statusOf says what a call is answered with whose handler has thrown something else than a StatusError
   */
  constructor(services: (service: string) => Methods | undefined, statusOf: (error: unknown) => Status) {
    this.services = services;
    this.statusOf = statusOf;
  }

  /**
   * Serves a connection.
   * @returns to be called with what arrives, in pieces of any size, and with undefined at the end
   */
  connect(transport: Transport): (data: Uint8Array | undefined) => void {
    const connection = new Connection(transport, this.services, this.statusOf);
    return (data) => connection.receive(data);
  }
}
