/**
 * What a task is, as far as its clients can tell: given what has been asked so far, which answer must come next. Knows nothing of how the
 * shim does it.
 */

/** google.rpc.Code. */
export const CODE = { ok: 0, notFound: 5, alreadyExists: 6, failedPrecondition: 9 } as const;

/** Programs whose ends can be foreseen: `true` ends at once with 0, `sleep` when it is killed; `missing` cannot be executed. */
export type Program = 'true' | 'sleep' | 'missing';

export type Status = 'created' | 'running' | 'paused' | 'stopped';

interface Process {
  status: Status;
  readonly program: Program;
  exit: number;
  /** Its start has failed. */
  failed: boolean;
}

const SIGKILL = 9;
const SIGTERM = 15;

/** One task; absent until Create. */
export class TaskModel {
  init: Process | undefined;
  readonly execs = new Map<string, Process>();

  create(program: Program): number {
    if (this.init) return CODE.alreadyExists;
    if (program === 'missing') return UNSURE;
    this.init = { status: 'created', program, exit: 0, failed: false };
    return CODE.ok;
  }

  start(): number {
    if (!this.init) return CODE.notFound;
    if (this.init.status !== 'created') return CODE.failedPrecondition;
    this.init.status = this.init.program === 'true' ? 'stopped' : 'running';
    if (this.init.status === 'stopped') this.endExecs();
    return CODE.ok;
  }

  addExec(id: string, program: Program): number {
    if (!this.init) return CODE.notFound;
    if (this.execs.has(id)) return CODE.alreadyExists;
    if (this.init.status !== 'created' && this.init.status !== 'running') return CODE.failedPrecondition;
    this.execs.set(id, { status: 'created', program, exit: 0, failed: false });
    return CODE.ok;
  }

  startExec(id: string): number {
    const exec = this.execs.get(id);
    if (!this.init || !exec) return CODE.notFound;
    if (exec.status !== 'created' || exec.failed || this.init.status === 'stopped') return CODE.failedPrecondition;
    if (this.init.status === 'paused') {
      exec.failed = true;
      return UNSURE;
    }
    if (exec.program === 'missing') {
      exec.failed = true;
      return UNSURE;
    }
    exec.status = exec.program === 'true' ? 'stopped' : 'running';
    return CODE.ok;
  }

  kill(signal: number): number {
    if (!this.init || this.init.status === 'stopped') return CODE.notFound;
    // The kernel keeps from the first process of a pid namespace what it has no handler for; before Start that is hoist-init, which has.
    if (signal !== SIGKILL && !(signal === SIGTERM && this.init.status === 'created')) return CODE.ok;
    this.init.status = 'stopped';
    this.init.exit = 128 + signal;
    this.endExecs();
    return CODE.ok;
  }

  killExec(id: string, signal: number): number {
    const exec = this.execs.get(id);
    if (!this.init || !exec) return CODE.notFound;
    if (exec.status === 'created') return CODE.failedPrecondition;
    if (exec.status === 'stopped') return CODE.notFound;
    // In a paused task it stays until that goes on.
    if (this.init.status === 'paused') return SKIP;
    if (signal === SIGKILL || signal === SIGTERM) {
      exec.status = 'stopped';
      exec.exit = 128 + signal;
    }
    return CODE.ok;
  }

  delete(): number {
    if (!this.init) return CODE.notFound;
    if (this.init.status === 'running' || this.init.status === 'paused') return CODE.failedPrecondition;
    this.init = undefined;
    this.execs.clear();
    return CODE.ok;
  }

  deleteExec(id: string): number {
    const exec = this.execs.get(id);
    if (!this.init || !exec) return CODE.notFound;
    if (exec.status === 'running') return CODE.failedPrecondition;
    this.execs.delete(id);
    return CODE.ok;
  }

  pause(): number {
    return this.turn('running', 'paused');
  }

  resume(): number {
    return this.turn('paused', 'running');
  }

  update(): number {
    if (!this.init) return CODE.notFound;
    return this.init.status === 'stopped' ? CODE.failedPrecondition : CODE.ok;
  }

  resize(exec: string): number {
    const process = this.process(exec);
    if (!process) return CODE.notFound;
    return exec !== '' && process.status === 'stopped' ? CODE.failedPrecondition : CODE.ok;
  }

  /** For what only asks whether it is there. */
  look(exec: string): number {
    return this.process(exec) ? CODE.ok : CODE.notFound;
  }

  process(exec: string): Process | undefined {
    if (!this.init) return undefined;
    return exec === '' ? this.init : this.execs.get(exec);
  }

  private turn(from: Status, to: Status): number {
    if (!this.init) return CODE.notFound;
    if (this.init.status !== from) return CODE.failedPrecondition;
    this.init.status = to;
    return CODE.ok;
  }

  private endExecs(): void {
    for (const exec of this.execs.values()) {
      if (exec.status !== 'running') continue;
      exec.status = 'stopped';
      exec.exit = 128 + SIGKILL;
    }
  }
}

/** Any failure will do: the words are the runtime's. */
export const UNSURE = -1;
/** Not to be asked now. */
export const SKIP = -2;
