/** What happens to tasks, told to everybody who has subscribed. */

import type { EventSink } from '../events.ts';
import type { Failure } from './answer.ts';
import { envelopeOf } from './published.ts';
import type { Subscriber } from './subscriber.ts';

/** How long slow subscribers are waited for at the end. */
const FLUSH_MS = 500;

export class Broadcast {
  private readonly subscribers = new Set<Subscriber>();

  add(subscriber: Subscriber): void {
    this.subscribers.add(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
  }

  /** Where the tasks of a namespace tell what happens to them. */
  sink(namespace: string): EventSink {
    return {
      publish: (topic, type, value) => {
        const event = { namespace, topic, type, value };
        const envelope = envelopeOf(event, Date.now());
        for (const subscriber of this.subscribers) subscriber.offer(event, envelope);
      },
      flush: () => this.flush(),
    };
  }

  async flush(): Promise<void> {
    await Promise.all(Array.from(this.subscribers, (subscriber) => subscriber.flushed()));
  }

  /** Every stream ends with this, after what waits, if that does not take too long. */
  async end(status: Failure): Promise<void> {
    await Promise.race([this.flush(), new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
    for (const subscriber of this.subscribers) subscriber.fail(status);
  }
}
