/**
 * Events for containerd, one after the other in their order, over ttrpc. What it does not take is tried again, a few times and later each
 * time: it may be restarting. The events behind wait meanwhile.
 */

import type { Log } from '../log.ts';
import { ForwardRequest } from '../proto/events.js';
import type { Client } from '../ttrpc/client.ts';
import type { EventSink } from './events.ts';
import { timestamp } from './service/timestamp.ts';

const SERVICE = 'containerd.services.events.ttrpc.v1.Events';
const TIMEOUT_MS = 5000;
/** How often an event is tried again, and how much longer is waited each time; as containerd's own shims do. */
const TRIES = 5;
const PAUSE_MS = 1000;
/** While containerd is away for long: the oldest are given up. */
const MOST_WAITING = 4096;

export class Forwarder implements EventSink {
  private readonly client: Client;
  private readonly namespace: string;
  private readonly log: Log;
  private readonly waiting: { readonly topic: string; readonly bytes: Uint8Array }[] = [];
  private sending: Promise<void> | undefined;

  constructor(client: Client, namespace: string, log: Log) {
    this.client = client;
    this.namespace = namespace;
    this.log = log;
  }

  publish(topic: string, type: string, value: Uint8Array): void {
    const { namespace } = this;
    const event = { typeUrl: type, value };
    const envelope = { timestamp: timestamp(Date.now()), namespace, topic, event };
    this.waiting.push({ topic, bytes: ForwardRequest.encode({ envelope }).finish() });
    if (this.waiting.length > MOST_WAITING) this.giveUp(this.waiting.shift()?.topic, 'too many are waiting');
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
    });
  }

  async flush(): Promise<void> {
    await this.sending;
  }

  private async send(): Promise<void> {
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      await this.deliver(next.topic, next.bytes);
      if (this.waiting[0] === next) this.waiting.shift();
    }
  }

  private async deliver(topic: string, bytes: Uint8Array): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.call(SERVICE, 'Forward', bytes, { timeoutMs: TIMEOUT_MS });
        return;
      } catch (error) {
        if (attempt > TRIES) return this.giveUp(topic, error);
        await new Promise((resolve) => setTimeout(resolve, attempt * PAUSE_MS));
      }
    }
  }

  private giveUp(topic: string | undefined, why: unknown): void {
    this.log.error(`event ${topic} was not delivered: ${why instanceof Error ? why.message : why}`);
  }
}
