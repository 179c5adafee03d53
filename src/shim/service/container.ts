/**
 * A task: its first process, what was added to it, and the order of what is told of them. Start before exit, for each; and the exit of the
 * first process is the last one: clients take it for the end of everything.
 */

import { RuntimeError } from '../../errors.ts';
import type { ExitStatus } from '../../host/native.ts';
import { OomWatcher } from '../../runtime/oom.ts';
import type { Process } from '../../spec/types.ts';
import { Exec } from './exec.ts';
import { Init, type InitFacts } from './init.ts';
import { exitOf, type StreamPaths, type TaskProcess } from './process.ts';
import type { TaskEvents } from './task-events.ts';

const SIGKILL = 9;

export class Container {
  readonly id: string;
  readonly init: Init;
  readonly execs = new Map<string, Exec>();
  private readonly facts: InitFacts;
  private readonly events: TaskEvents;
  private oom: OomWatcher | undefined;
  /** Execs that are being started or run. */
  private busy = 0;
  private idle: (() => void) | undefined;
  /** No process can be added from the moment on in which the first one is known to have ended. */
  private ended = false;

  constructor(facts: InitFacts, events: TaskEvents) {
    this.id = facts.id;
    this.facts = facts;
    this.events = events;
    this.init = new Init(facts);
  }

  /** @throws RuntimeError NotFound. @param execId empty for the first process */
  process(execId: string): Init | Exec {
    if (execId === '') return this.init;
    const exec = this.execs.get(execId);
    if (exec) return exec;
    throw new RuntimeError('NotFound', `process does not exist ${execId}`, { stage: 'shim' });
  }

  /** @throws RuntimeError; nothing is left then */
  async create(): Promise<void> {
    await this.attended(() => this.init.create());
  }

  /** What has been created is known to others: its end may be told. */
  watchInit(): void {
    if (this.init.pid > 0) this.watch(this.init, (status) => this.initEnded(status));
  }

  async start(): Promise<void> {
    const restored = this.init.pid === 0;
    await this.init.lock.run(async () => {
      await this.attended(() => this.init.may.start());
      this.watchOom();
      if (restored) this.note();
      this.events.started(this.id, this.init.pid);
    });
    if (restored) this.watchInit();
  }

  /** @throws RuntimeError AlreadyExists; for a state in which nothing can be added */
  add(execId: string, paths: StreamPaths, process: Process): Promise<void> {
    return this.init.lock.run(() => {
      if (this.execs.has(execId)) throw new RuntimeError('AlreadyExists', `id ${execId}`, { stage: 'shim' });
      this.init.may.exec();
      this.execs.set(execId, new Exec(execId, paths, this.facts, process));
      this.note();
      this.events.added(this.id, execId);
    });
  }

  async startExec(exec: Exec): Promise<void> {
    await exec.lock.run(async () => {
      if (this.ended) {
        const text = `container ${this.id} init process is not running`;
        throw new RuntimeError('FailedPrecondition', text, { stage: 'shim' });
      }
      this.busy++;
      try {
        await this.attended(() => exec.may.start());
      } catch (error) {
        this.note();
        this.oneLess();
        throw error;
      }
      this.note();
      this.events.execStarted(this.id, exec.id, exec.pid);
      this.watch(exec, (status) => this.execEnded(exec, status));
    });
  }

  async delete(): Promise<void> {
    const { init } = this;
    // Its end comes first, for whoever listens.
    if (init.status === 'created' && init.pid > 0) await this.endCreated();
    await init.lock.run(() => init.may.delete());
    this.oom?.close();
    for (const exec of this.execs.values()) exec.abandon();
  }

  async deleteExec(exec: Exec): Promise<void> {
    await exec.lock.run(() => exec.may.delete());
    this.execs.delete(exec.id);
    this.note();
  }

  /** Takes up what a predecessor of this process has left: what runs is watched from now on. */
  takeUp(): void {
    for (const exec of this.execs.values()) {
      if (exec.status !== 'running') continue;
      this.busy++;
      this.watch(exec, (status) => this.execEnded(exec, status));
    }
    const { init } = this;
    if (init.exit !== undefined) return;
    if (init.status !== 'created') this.watchOom();
    this.watchInit();
  }

  private watchOom(): void {
    this.oom = OomWatcher.open(this.facts.context, this.id, () => this.events.oom(this.id));
  }

  /** For a successor, before anybody is told. */
  note(): void {
    this.facts.journal?.note(this);
  }

  /** Of a process that was never started. */
  private async endCreated(): Promise<void> {
    await this.init.signal(SIGKILL, false).catch(() => {});
    await this.init.wait();
  }

  private watch(process: TaskProcess, told: (status: ExitStatus | undefined) => Promise<void>): void {
    this.facts.ground.onExit(process.pidfd, (status) => {
      told(status).catch((error) => this.facts.context.log.error(`${process.id}: ${error}`));
    });
  }

  private async execEnded(exec: Exec, status: ExitStatus | undefined): Promise<void> {
    const exit = exitOf(status);
    await exec.lock.run(() => {
      exec.may.exited(exit);
      // Whoever waits is told when this is over.
      this.note();
    });
    this.events.exited(this.id, exec.id, exec.pid, exit);
    this.oneLess();
  }

  private oneLess(): void {
    this.busy--;
    if (this.busy === 0) this.idle?.();
  }

  private untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.idle = resolve;
    });
  }

  private async initEnded(status: ExitStatus | undefined): Promise<void> {
    const exit = exitOf(status);
    this.ended = true;
    this.oom?.look();
    // Without a pid namespace of its own nobody else ends with it.
    if (this.init.sharesPidNamespace) await this.endOthers();
    if (this.busy > 0) await this.untilIdle();
    await this.init.lock.run(() => {
      this.init.may.exited(exit);
      this.note();
    });
    this.events.exited(this.id, this.id, this.init.pid, exit);
  }

  private async endOthers(): Promise<void> {
    try {
      await this.init.signal(SIGKILL, true);
    } catch (error) {
      this.facts.context.log.error(`failed to kill init's children: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** While a process is being born its second stage is a child that we do not know yet, and that must not be taken for an orphan. */
  private async attended<T>(birth: () => Promise<T> | T): Promise<T> {
    this.facts.ground.hold();
    try {
      return await birth();
    } finally {
      this.facts.ground.release();
    }
  }
}
