/** A process of a task as its clients see it: its first one, or one that was added by Exec. */

import { type ExitStatus, native } from '../../host/native.ts';
import { Lock } from './lock.ts';
import type { Stdio } from './stdio.ts';

/** The names of containerd.v1.types.Status. */
export type StatusName = 'created' | 'running' | 'stopped' | 'paused' | 'pausing' | 'deleted';

export interface Exit {
  /** The exit code, 128 + N when signal N ended it. */
  readonly status: number;
  /** Milliseconds since 1970; undefined for a process that never ran, and where nobody knows how it ended. */
  readonly at: number | undefined;
}

/** The paths that a client named for the standard streams. */
export interface StreamPaths {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminal: boolean;
}

/** How long what a process wrote may take to be read, once it has ended. containerd's shim waits as long. */
export const DRAIN_MS = 10_000;
/** A shell's convention. */
const SIGNALLED = 128;
/** What containerd's client calls UnknownExitStatus. */
const UNKNOWN = 255;

/**
 * @param status undefined: nobody knows how it ended. A process that exits with 255 has a time of its end, so that clients can tell.
 */
export function exitOf(status: ExitStatus | undefined): Exit {
  if (status === undefined) return { status: UNKNOWN, at: undefined };
  const { code = 0, signal } = status;
  return { status: signal === undefined ? code : SIGNALLED + signal, at: Date.now() };
}

export abstract class TaskProcess {
  /** The task's id, or that of the exec. */
  readonly id: string;
  readonly paths: StreamPaths;
  /** 0 until it has been born. */
  pid = 0;
  /** -1 until it has been born, and after it has ended. */
  pidfd = -1;
  exit: Exit | undefined;
  /** Undefined before its streams have been opened. */
  stdio: Stdio | undefined;
  /** Verbs that change it. */
  readonly lock = new Lock();
  private readonly waiting: ((exit: Exit) => void)[] = [];

  constructor(id: string, paths: StreamPaths) {
    this.id = id;
    this.paths = paths;
  }

  abstract get status(): StatusName;

  /** Its end, now or later. */
  wait(): Promise<Exit> {
    const { exit } = this;
    if (exit !== undefined) return Promise.resolve(exit);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  protected setExit(exit: Exit): void {
    this.stdio?.processEnded();
    this.exit ??= exit;
    for (const tell of this.waiting.splice(0)) tell(this.exit);
  }

  protected closePidfd(): void {
    if (this.pidfd >= 0) native.close(this.pidfd);
    this.pidfd = -1;
  }
}
