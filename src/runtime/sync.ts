/**
 * The conversation with hoist-init, over one SOCK_SEQPACKET socket.
 *
 *   hoist-init                         parent
 *                                   ←  plan           the rest of the plan, when it began with an opening
 *   stage (pid, pidfd)              →                 the second stage was born (user namespaces)
 *                                   ←  go maps        its id maps are written
 *   reached network                 →                 the network namespace is there, and devices are to be moved
 *                                   ←  go network     they have been
 *                                   ←  go cgroup      its cgroups stand; carries their open `tasks` files (v1)
 *   console (master)                →
 *   reached hooks                   →                 the mounts stand
 *                                   ←  go hooks       runtime hooks have run; carries the state JSON and what takes the hooks' outputs (op: 1, 2)
 *   warning                         →                 a tolerated failure, at any time
 *   reached ready                   →                 nothing is left to do but to start
 *                                   ←  go ready       limits are set, the state is saved
 *   listener (seccomp listener)     →                 the filter is loaded, and somebody is to answer its questions
 *   failed                          →                 instead of any of these
 *   (end of file)                                     executed, or waiting on the exec fifo
 *
 * A packet: six 32-bit words (type, op, value, errno, step, length of text), then the text.
 */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { MESSAGES, ORDERS } from '../plan/operations.ts';
import type { Context } from './context.ts';
import type { HookOutputs } from './hook-outputs.ts';

const HEADER = 24;

export interface InitMessage {
  readonly type: keyof typeof MESSAGES;
  /** Index of the operation in the plan. */
  readonly op: number;
  readonly value: number;
  readonly errno: number;
  readonly step: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly descriptors: readonly number[];
}

const TYPES: InitMessage['type'][] = [];
for (const [name, number] of Object.entries(MESSAGES)) TYPES[number] = name as InitMessage['type'];

/** Reads one packet (also the failure record that hoist-init leaves in the exec fifo). */
export function decodeMessage(data: Uint8Array, descriptors: readonly number[]): InitMessage {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const type = data.byteLength >= HEADER ? TYPES[view.getUint32(0, true)] : undefined;
  if (type === undefined)
    throw new RuntimeError('Internal', 'hoist-init sent a message that is not understood', { stage: 'init' });
  const word = (index: number) => view.getUint32(index * 4, true);
  const bytes = data.subarray(HEADER, HEADER + word(5));
  const text = type === 'trace' ? '' : new TextDecoder().decode(bytes);
  return { type, op: word(1), value: word(2), errno: word(3), step: word(4), text, bytes, descriptors };
}

/** Our end of the socket. */
export class InitChannel {
  private readonly context: Context;
  private readonly socket: number;

  constructor(context: Context, socket: number) {
    this.context = context;
    this.socket = socket;
  }

  /** The next message; undefined when hoist-init is gone, or has executed the container's process. */
  async receive(): Promise<InitMessage | undefined> {
    if (!this.context.blocking) await readable(this.socket);
    const message = native.receive(this.socket, -1);
    return message && decodeMessage(message.data, message.descriptors);
  }

  /** Lets hoist-init go on from a sync point. */
  go(point: number, descriptors: readonly number[] = []): void {
    this.order(ORDERS.go, point, descriptors);
  }

  /** The same with the state JSON for the hooks that it runs, and files for what they write. */
  goWithState(point: number, state: string, outputs: HookOutputs): void {
    const memfd = native.memfd('state', state);
    const descriptors = [memfd];
    let which = 0;
    for (let index = 0; index < outputs.length; index++) {
      const descriptor = outputs[index] ?? -1;
      if (descriptor < 0) continue;
      descriptors.push(descriptor);
      which += index + 1;
    }
    this.order(ORDERS.go, point, descriptors, which);
    native.close(memfd);
  }

  /** Hands over the rest of the plan. */
  more(memfd: number): void {
    this.order(ORDERS.plan, 0, [memfd]);
  }

  private order(type: number, value: number, descriptors: readonly number[], op = 0): void {
    const packet = new DataView(new ArrayBuffer(HEADER));
    packet.setUint32(0, type, true);
    packet.setUint32(4, op, true);
    packet.setUint32(8, value, true);
    native.send(this.socket, new Uint8Array(packet.buffer), descriptors);
  }

  close(): void {
    native.close(this.socket);
  }
}

/**
 * Waits until a descriptor is readable, without holding the event loop up.
 *
 * @param timeoutMs -1: for ever
 * @returns false when the time was over first
 */
export function readable(descriptor: number, timeoutMs = -1): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const key = native.watch(descriptor, () => {
      clearTimeout(timer);
      resolve(true);
    });
    if (timeoutMs < 0) return;
    timer = setTimeout(() => {
      native.unwatch(key);
      resolve(false);
    }, timeoutMs);
  });
}
