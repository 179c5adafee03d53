/** A process of a task as its clients see it: its first one, or one that was added by Exec. */

import type { ExitStatus } from '../../host/native.ts';
import { Lock } from './lock.ts';
import type { Stdio } from './stdio.ts';

/** The names of containerd.v1.types.Status. */
export type StatusName = 'created' | 'running' | 'stopped' | 'paused' | 'pausing' | 'deleted';

export interface Exit {
  /** The exit code, 128 + N when signal N ended it. */
  readonly status: number;
  /** Milliseconds since 1970; undefined for a process that never ran. */
  readonly at: number | undefined;
}

/** The paths that a client named for the standard streams. */
export interface StreamPaths {
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly terminal: boolean;
}

/** A shell's convention. */
const SIGNALLED = 128;
/** Of a process that was not our child and whose parent nobody could ask: neither 0 nor anything that a signal could mean. */
const UNKNOWN = 255;

/** undefined: nobody knows how it ended. */
export function exitOf(status: ExitStatus | undefined): Exit {
  const { code, signal } = status ?? {};
  return { status: signal === undefined ? (code ?? UNKNOWN) : SIGNALLED + signal, at: Date.now() };
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
    this.exit ??= exit;
    for (const tell of this.waiting.splice(0)) tell(this.exit);
  }
}
