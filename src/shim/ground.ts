/**
 * What the shim stands on: sockets, the pump of the standard streams, the ends of processes. All that must not stop when the shim's brain
 * does lies behind this one interface, so that it can become a small process of its own one day.
 */

import { isSystemError } from '../errors.ts';
import { type ExitStatus, native } from '../host/native.ts';
import type { Log } from '../log.ts';
import type { Transport } from '../ttrpc/transport.ts';
import { SocketStream } from './stream.ts';

/** One copy of a stream. */
export interface Flow {
  /** It ends when there is nothing more to read at present. */
  finish(): void;
  /** What is there now has been copied when this returns, as far as the other side takes it. */
  settle(): void;
  /** At once; what has not been copied is lost. */
  end(): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

export type FlowWish = Parameters<typeof native.startFlow>[0];

export interface Ground {
  /** @param listener a listening socket @param onConnection owns what it gets */
  listen(listener: number, onConnection: (socket: number) => void): void;
  /** Makes a stream of a connected socket. */
  attach(socket: number, onData: (data: Uint8Array | undefined) => void): Transport;
  /** @throws SystemError when nobody listens at the path */
  connect(path: string, onData: (data: Uint8Array | undefined) => void): Transport;
  /** Copies until the source ends; takes all descriptors over. */
  flow(wish: FlowWish): Flow;
  /**
   * Calls back once when the process has ended.
   * @param told undefined: it was not our child, and nobody knows how it ended
   */
  onExit(pidfd: number, told: (status: ExitStatus | undefined) => void): void;
  /** Until `release` no orphan is reaped: a birth is under way, and one of our children is not known to be ours yet. Counts. */
  hold(): void;
  release(): void;
}

/** How long the parent of a process that is not ours may take to reap it, where we may not look before. */
const REAPED_MS = 10_000;
const POLL_MS = 50;
const COUNTER = 8;

export function openGround(log: Log): Ground {
  return new OwnGround(log);
}

/** In the shim's own process, on the addon's threads. */
class OwnGround implements Ground {
  private readonly log: Log;
  private readonly children: number;
  private births = 0;

  constructor(log: Log) {
    this.log = log;
    native.setSubreaper(true);
    this.children = native.childEvents();
    this.awaitChildren();
  }

  listen(listener: number, onConnection: (socket: number) => void): void {
    native.watch(listener, () => {
      for (let socket = native.acceptConnection(listener); socket !== undefined; ) {
        onConnection(socket);
        socket = native.acceptConnection(listener);
      }
      this.listen(listener, onConnection);
    });
  }

  attach(socket: number, onData: (data: Uint8Array | undefined) => void): Transport {
    return new SocketStream(socket, onData);
  }

  connect(path: string, onData: (data: Uint8Array | undefined) => void): Transport {
    return new SocketStream(native.connectSocket(path, false), onData);
  }

  flow(wish: FlowWish): Flow {
    let told = () => {};
    const ended = new Promise<void>((resolve) => {
      told = resolve;
    });
    const key = native.startFlow(wish, (error) => {
      if (error !== 0) this.log.warn(`a stream of a container is not taken any more (errno ${error})`);
      told();
    });
    const end = () => {
      native.endFlow(key);
      told();
    };
    return { finish: () => native.finishFlow(key), settle: () => native.settleFlow(key), end, ended };
  }

  onExit(pidfd: number, told: (status: ExitStatus | undefined) => void): void {
    const own = native.dup(pidfd);
    native.watch(own, () => {
      const status = this.reap(own);
      if (status !== undefined) {
        native.close(own);
        return told(status);
      }
      this.ask(own, Date.now() + REAPED_MS, told).catch((error) => {
        this.log.error(`how a process ended: ${error instanceof Error ? error.message : error}`);
        told(undefined);
      });
    });
  }

  hold(): void {
    this.births++;
  }

  release(): void {
    this.births--;
    if (this.births === 0) this.reapOrphans();
  }

  private awaitChildren(): void {
    native.watch(this.children, () => {
      native.read(this.children, COUNTER, 0);
      if (this.births === 0) this.reapOrphans();
      this.awaitChildren();
    });
  }

  private reapOrphans(): void {
    try {
      native.reapOrphans();
    } catch (error) {
      this.log.warn(`orphans: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** undefined: not a child of ours. */
  private reap(pidfd: number): ExitStatus | undefined {
    try {
      return native.waitProcess(pidfd, 0);
    } catch (error) {
      if (!isSystemError(error, 'ECHILD')) throw error;
      return undefined;
    }
  }

  /** Somebody else's child. */
  private async ask(pidfd: number, until: number, told: (status: ExitStatus | undefined) => void): Promise<void> {
    const { foreignExit } = await import('./foreign-exit.ts');
    for (;;) {
      const { status, final } = foreignExit(pidfd);
      if (status !== undefined || final || Date.now() > until) {
        native.close(pidfd);
        return told(status);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
