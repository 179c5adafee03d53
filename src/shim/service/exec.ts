/** A process that was added to a task. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { join } from '../../runtime/exec.ts';
import { stdioNames } from '../../runtime/stdio-names.ts';
import type { Process } from '../../spec/types.ts';
import { Added, Ended, type ExecState, Failed } from './exec-state.ts';
import { type InitFacts, killFailure } from './init.ts';
import { DRAIN_MS, type Exit, type StatusName, type StreamPaths, TaskProcess } from './process.ts';
import { failed } from './refusal.ts';
import { openStdio } from './stdio.ts';

const NOTHING = { detach: false, preserveFds: 0, cgroup: [], ignorePaused: false, keepsTerminal: true } as const;

export class Exec extends TaskProcess {
  /** Of its task. */
  private readonly facts: InitFacts;
  readonly process: Process;
  /** What its standard streams are, for a successor of ours. */
  pipes: readonly string[] = [];
  private state: ExecState;

  constructor(id: string, paths: StreamPaths, facts: InitFacts, process: Process) {
    super(id, paths);
    this.facts = facts;
    this.process = process;
    this.state = new Added(this);
  }

  get status(): StatusName {
    return this.state.name;
  }

  get may(): ExecState {
    return this.state;
  }

  become(state: ExecState): void {
    if (this.exit === undefined || state.name === 'deleted') this.state = state;
  }

  end(exit: Exit): void {
    this.state = new Ended(this);
    this.closePidfd();
    this.setExit(exit);
  }

  /** @throws RuntimeError; there is no process then, and whoever waits for its end is told so */
  async run(): Promise<void> {
    const { id, namespace, context, options, ground, journal } = this.facts;
    const outlivesUs = journal !== undefined;
    const { ioUid, ioGid } = options;
    try {
      // A logger is told whose output it is: the exec's, as from containerd's shim.
      const stdio = await openStdio(ground, { ...this.paths, ioUid, ioGid, namespace, id: this.id, outlivesUs });
      this.stdio = stdio;
      if (outlivesUs) this.pipes = stdioNames(stdio.descriptors);
      const wish = { ...NOTHING, id, process: { whole: this.process }, stdio: stdio.descriptors };
      const { pid, pidfd, master } = await join(context, wish);
      this.pid = pid;
      this.pidfd = pidfd;
      stdio.started(master);
    } catch (error) {
      this.stdio?.close();
      this.stdio = undefined;
      this.fail();
      throw failed('OCI runtime exec failed: exec failed', error);
    }
  }

  /** It could not be started: there will be no process, and nobody waits for one. */
  fail(): void {
    this.state = new Failed(this);
    this.setExit({ status: 0, at: undefined });
  }

  /** @throws RuntimeError NotFound when it has ended, FailedPrecondition when it has not been started */
  signal(signal: number): void {
    if (this.pid === 0) throw new RuntimeError('FailedPrecondition', 'process not created', { stage: 'shim' });
    if (this.pidfd < 0) throw new RuntimeError('NotFound', 'process already finished', { stage: 'shim' });
    try {
      native.pidfdSignal(this.pidfd, signal);
    } catch (error) {
      throw killFailure(error);
    }
  }

  async remove(): Promise<void> {
    await this.stdio?.drain(DRAIN_MS);
    this.abandon();
  }

  /** Its task goes. */
  abandon(): void {
    this.stdio?.close();
    this.closePidfd();
  }
}
