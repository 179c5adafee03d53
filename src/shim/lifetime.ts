/**
 * When a shim ends: on Shutdown, once nobody has a task in it. But a shim of a group is found by every `start` of that group, at any moment,
 * and what `start` has answered must hold until the task comes.
 *
 *   start finds the socket ─→ Connect, of a visitor (bootstrap/probe.ts) ─→ containerd connects ─→ Create
 *                              its task is expected: Shutdown waits ──────────────────────────────→ no longer
 *
 * A shim that ends takes its socket away first, and whoever has got hold of it before is told so, and begins again.
 */

import { RuntimeError } from '../errors.ts';
import { ConnectRequest } from '../proto/task.js';
import type { Method, Service } from './rpc.ts';

/** Between the answer of a `start` and its task; a machine that is busy takes its time. */
const PATIENCE_MS = 5000;
/** What a visitor puts before the id of its task; no id of containerd's has a colon. */
const VISITOR = 'start:';

/** For the Connect of a `start` that asks for a place for a task. */
export function visitorOf(id: string): string {
  return VISITOR + id;
}

export class Lifetime {
  private readonly isIdle: () => boolean;
  private readonly end: () => void;
  /** The tasks that were announced, and until when each may come. */
  private readonly expected = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ending = false;

  /** @param isIdle no task is there, and none on its way @param end takes the socket away at once, and ends the program when it can */
  constructor(isIdle: () => boolean, end: () => void) {
    this.isIdle = isIdle;
    this.end = end;
  }

  /** The methods, seen by which it knows who comes. */
  watching(service: Service): Service {
    return {
      ...service,
      Connect: this.before(service.Connect, (id) => {
        if (id.startsWith(VISITOR)) this.visited(id.slice(VISITOR.length));
      }),
      Create: this.before(service.Create, (id) => this.expected.delete(id)),
    };
  }

  /** Shutdown was called, and no task is left. */
  leave(): void {
    if (this.ending) return;
    const now = Date.now();
    const last = Math.max(0, ...this.expected.values());
    clearTimeout(this.timer);
    if (last > now) {
      this.timer = setTimeout(() => this.isIdle() && this.leave(), last - now);
      return;
    }
    this.ending = true;
    this.end();
  }

  /** @throws RuntimeError Unavailable, which the visitor takes for a shim that is gone */
  private visited(id: string): void {
    if (this.ending) throw new RuntimeError('Unavailable', 'this shim ends', { stage: 'shim' });
    this.expected.set(id, Date.now() + PATIENCE_MS);
  }

  private before(method: Method | undefined, act: (id: string) => void): Method {
    return (request, call) => {
      // Every request begins with the id; what follows is skipped.
      act(ConnectRequest.decode(request).id);
      if (method === undefined) throw new RuntimeError('Unimplemented', 'no such method');
      return method(request, call);
    };
  }
}
