/** One stream of events to a client, which may read slowly or not at all. */

import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Failure } from './answer.ts';
import type { Filter } from './filter.ts';
import type { Published } from './published.ts';

/** Envelopes that wait for a client; a task's whole life takes about ten, of 150 bytes. */
const MOST_WAITING = 4096;
const TOO_SLOW = {
  code: 8 /* RESOURCE_EXHAUSTED */,
  details: `the subscriber is more than ${MOST_WAITING} events behind`,
};

export class Subscriber {
  private readonly stream: ServerWritableStream<Buffer, Uint8Array>;
  private readonly filter: Filter;
  private readonly gone: () => void;
  /** What the stream did not take; undefined when it takes more. */
  private waiting: Uint8Array[] | undefined;
  private idle: (() => void) | undefined;

  /** @param gone called once, when it wants no more: no event may be offered then */
  constructor(stream: ServerWritableStream<Buffer, Uint8Array>, filter: Filter, gone: () => void) {
    this.stream = stream;
    this.filter = filter;
    this.gone = gone;
    stream.on('drain', () => this.drain());
    stream.on('cancelled', () => this.leave());
    stream.on('error', () => this.leave());
  }

  /** In order. A client that is too slow is told so, and loses its stream: what it holds of our memory is bounded. */
  offer(event: Published, envelope: Uint8Array): void {
    if (!this.filter(event)) return;
    if (this.waiting === undefined) this.send(envelope);
    else if (this.waiting.length < MOST_WAITING) this.waiting.push(envelope);
    else this.fail(TOO_SLOW);
  }

  /** Until it has been given all. */
  flushed(): Promise<void> {
    if (this.waiting === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }

  /** The stream ends with an error. */
  fail(status: Failure): void {
    this.leave();
    this.stream.emit('error', status);
  }

  private send(envelope: Uint8Array): void {
    if (!this.stream.write(envelope)) this.waiting = [];
  }

  private drain(): void {
    const { waiting = [] } = this;
    this.waiting = undefined;
    let sent = 0;
    while (sent < waiting.length && this.waiting === undefined) this.send(waiting[sent++] as Uint8Array);
    if (this.waiting === undefined) this.idle?.();
    else this.waiting = waiting.slice(sent);
  }

  private leave(): void {
    this.waiting = undefined;
    this.idle?.();
    this.gone();
  }
}
