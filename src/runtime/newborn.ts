/** hoist-init as its parent sees it: born, talked to, understood, and ended when the birth fails. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native, type SpawnInit } from '../host/native.ts';
import { encode } from '../plan/encode.ts';
import type { Operation } from '../plan/operations.ts';
import { limitName } from '../plan/process.ts';
import type { Context } from './context.ts';
import { initFailure, initWarning } from './failure.ts';
import { bornWithOomScore, setResourceLimit } from './limits.ts';
import { InitChannel, type InitMessage } from './sync.ts';
import { traceInit } from './trace-init.ts';

const SIGKILL = 9;
const PATIENCE_MS = 1000;

export interface NewbornRequest extends Omit<SpawnInit, 'plan' | 'openFiles'> {
  /** What to begin with: the opening, or the whole plan. */
  readonly operations: readonly Operation[];
  /** Inherited from us, where it cannot be written later (rootless). */
  readonly oomScore: number | undefined;
  /** The words for its sudden end, when the kernel has killed in the container's group for want of memory. */
  readonly oomKilled: () => RuntimeError | undefined;
}

export class Newborn {
  pid: number;
  pidfd: number;
  /** The terminal's master, or -1. */
  master = -1;
  /** That of its seccomp filter, once it is loaded, or -1. */
  private listener = -1;
  readonly channel: InitChannel;
  private readonly context: Context;
  private readonly request: NewbornRequest;
  private operations: readonly Operation[];
  private readonly warned = new Set<string>();
  private traced = 0;
  private closed = false;

  constructor(context: Context, request: NewbornRequest) {
    const { operations, oomScore, cloneFlags, cgroup: birthplace, slots, stdio, preserved } = request;
    const plan = encode(operations, { trace: context.trace !== undefined, preserved });
    const openFiles = context.inherited?.openFiles;
    const init = bornWithOomScore(oomScore, () =>
      native.spawnInit({ plan, cloneFlags, cgroup: birthplace, slots, stdio, preserved, openFiles }),
    );
    this.context = context;
    this.request = request;
    this.operations = operations;
    this.pid = init.pid;
    this.pidfd = init.pidfd;
    this.channel = new InitChannel(context, init.socket);
  }

  /** After an opening: what comes behind it. @param operations the whole plan */
  goOn(operations: readonly Operation[]): void {
    const rest = operations.slice(this.operations.length);
    this.operations = operations;
    const { preserved } = this.request;
    const memfd = native.memfd('plan', encode(rest, { trace: this.context.trace !== undefined, preserved }));
    this.channel.more(memfd);
    native.close(memfd);
  }

  /** hoist-init cloned itself: from now on it is the second process that counts. */
  async secondStage(): Promise<void> {
    let message = await this.receive();
    while (message.type !== 'stage') message = await this.receive();
    const first = this.pidfd;
    this.pid = message.value;
    this.pidfd = message.descriptors[0] ?? -1;
    native.adoptChild(this.pid);
    native.waitProcess(first, -1);
    native.close(first);
  }

  /**
   * The next sync point that it reaches. What else it says is dealt with.
   * @throws RuntimeError its failure, in words
   */
  async reached(): Promise<number> {
    for (;;) {
      const message = await this.receive();
      if (message.type === 'reached') return message.value;
    }
  }

  /** The listener of its seccomp filter; the caller closes it. @throws RuntimeError its failure */
  async filtered(): Promise<number> {
    while (this.listener < 0) await this.receive();
    return this.listener;
  }

  /** Until the end of the conversation: it has executed, or waits on the exec fifo. @throws RuntimeError its failure */
  async released(): Promise<void> {
    for (let message = await this.channel.receive(); message; message = await this.channel.receive())
      this.handle(message);
    this.close();
  }

  /** A failed send means that it has gone: what it said before it went is the real reason. */
  async explain(error: unknown): Promise<unknown> {
    if (!isSystemError(error, 'EPIPE', 'ECONNRESET')) return error;
    try {
      for (;;) await this.receive();
    } catch (reason) {
      return reason;
    }
  }

  end(): void {
    this.close();
    try {
      native.pidfdSignal(this.pidfd, SIGKILL);
      native.waitProcess(this.pidfd, -1);
    } catch (error) {
      // It was waited for when it vanished.
      if (!isSystemError(error, 'ESRCH', 'ECHILD')) throw error;
    }
    native.close(this.pidfd);
  }

  /** Lives on without us. */
  forget(): void {
    this.close();
    native.close(this.pidfd);
  }

  private close(): void {
    if (!this.closed) this.channel.close();
    this.closed = true;
  }

  private async receive(): Promise<InitMessage> {
    const message = await this.channel.receive();
    if (!message) throw this.vanished();
    this.handle(message);
    return message;
  }

  private handle(message: InitMessage): void {
    if (message.type === 'failed') throw initFailure(message, this.operations);
    if (message.type === 'console') this.master = message.descriptors[0] ?? -1;
    else if (message.type === 'listener') this.listener = message.descriptors[0] ?? -1;
    else if (message.type === 'warning') this.warn(message);
    else if (message.type === 'trace' && this.context.trace) {
      this.traced = traceInit(this.context.trace, message, this.operations, this.traced);
    }
  }

  private warn(message: InitMessage): void {
    const operation = this.operations[message.op];
    if (operation?.op === 'limit') {
      setResourceLimit(this.pid, limitName(Number(operation.resource)), operation);
      return;
    }
    const text = initWarning(message, this.operations);
    // The same capability may be missing twice: before the seccomp filter and after it.
    if (text === undefined || this.warned.has(text)) return;
    this.warned.add(text);
    this.context.log.warn(text);
  }

  /** The socket closed without a word. */
  private vanished(): RuntimeError {
    const oomKilled = this.request.oomKilled();
    if (oomKilled) return oomKilled;
    const status = native.waitProcess(this.pidfd, PATIENCE_MS);
    const how = status?.signal === undefined ? `exit status ${status?.code}` : `signal ${status.signal}`;
    const text = `unable to start container process: hoist-init ended without a word (${how})`;
    return new RuntimeError('Internal', text, { stage: 'init' });
  }
}
