/** A connected socket as a stream of bytes, through the event loop. */

import { native } from '../host/native.ts';
import type { Transport } from '../ttrpc/transport.ts';

const PIECE = 64 * 1024;
/** A peer that asks and never reads must not fill our memory. */
const MOST_WAITING = 64 * 1024 * 1024;

export class SocketStream implements Transport {
  private readonly socket: number;
  private readonly onData: (data: Uint8Array | undefined) => void;
  /** What did not fit, in order. */
  private readonly waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private reader = -1;
  private writer = -1;
  private ending = false;
  private open = true;

  /**
   * @param socket is the stream's from now on
   * @param onData what arrives, in pieces; once undefined at the end, unless that was `close`
   */
  constructor(socket: number, onData: (data: Uint8Array | undefined) => void) {
    this.socket = socket;
    this.onData = onData;
    this.listen();
  }

  write(data: Uint8Array): void {
    if (!this.open || this.ending) return;
    const sent = this.waiting.length > 0 ? 0 : this.send(data);
    if (sent === data.length || !this.open) return;
    this.waiting.push(data.subarray(sent));
    this.waitingBytes += data.length - sent;
    if (this.waitingBytes > MOST_WAITING) this.end();
    else if (this.writer < 0) this.awaitRoom();
  }

  close(): void {
    this.ending = true;
    if (this.waiting.length === 0) this.shut();
  }

  private listen(): void {
    this.reader = native.watch(this.socket, () => {
      this.reader = -1;
      this.receive();
    });
  }

  private receive(): void {
    let data: Uint8Array | undefined;
    try {
      data = native.read(this.socket, PIECE, 0);
    } catch {
      // Reset by the peer: an end like any other.
    }
    if (data === undefined) return this.end();
    this.onData(data);
    if (this.open) this.listen();
  }

  private awaitRoom(): void {
    this.writer = native.watchWritable(this.socket, () => {
      this.writer = -1;
      this.sendWaiting();
    });
  }

  private sendWaiting(): void {
    for (let first = this.waiting[0]; first && this.open; first = this.waiting[0]) {
      const sent = this.send(first);
      this.waitingBytes -= sent;
      if (sent < first.length) {
        this.waiting[0] = first.subarray(sent);
        if (this.open) this.awaitRoom();
        return;
      }
      this.waiting.shift();
    }
    if (this.ending) this.shut();
  }

  /** @returns how much went; the stream may have ended */
  private send(data: Uint8Array): number {
    try {
      return native.writeSocket(this.socket, data);
    } catch {
      this.end();
      return 0;
    }
  }

  /** Not by us. */
  private end(): void {
    if (!this.open) return;
    this.shut();
    this.onData(undefined);
  }

  private shut(): void {
    if (!this.open) return;
    this.open = false;
    if (this.reader >= 0) native.unwatch(this.reader);
    if (this.writer >= 0) native.unwatch(this.writer);
    native.close(this.socket);
  }
}
