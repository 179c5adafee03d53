/** A task's first process: what its states have it do, with the runtime in process. */

import { isSystemError, RuntimeError } from '../../errors.ts';
import type { Context } from '../../runtime/context.ts';
import { type Created as Birth, createAttended } from '../../runtime/create.ts';
import { remove } from '../../runtime/delete.ts';
import { kill } from '../../runtime/kill.ts';
import { pause, resume } from '../../runtime/pause.ts';
import { start } from '../../runtime/start.ts';
import type { Ground } from '../ground.ts';
import type { ShimOptions } from '../options.ts';
import type { CheckpointWish } from './init-criu.ts';
import { Created, CreatedFromCheckpoint, type InitState } from './init-state.ts';
import type { Journal } from './journal.ts';
import { DRAIN_MS, type Exit, type StatusName, type StreamPaths, TaskProcess } from './process.ts';
import { failed } from './refusal.ts';
import { unmountRootfs } from './rootfs.ts';
import { openStdio } from './stdio.ts';

/** LinuxResources as JSON. */
export type UpdateResources = string;

export interface InitFacts {
  readonly id: string;
  readonly namespace: string;
  readonly bundle: string;
  readonly paths: StreamPaths;
  readonly context: Context;
  readonly options: ShimOptions;
  readonly ground: Ground;
  readonly journal?: Journal | undefined;
  /** Images to restore it from; empty for a process that is to be born. */
  readonly checkpoint: string;
  readonly parentCheckpoint: string;
  /** Something is mounted at the bundle's rootfs for it. */
  readonly mounted: boolean;
}

export class Init extends TaskProcess {
  readonly facts: InitFacts;
  /** Its end is nobody else's. */
  sharesPidNamespace = false;
  private state: InitState;

  constructor(facts: InitFacts) {
    super(facts.id, facts.paths);
    this.facts = facts;
    this.state = facts.checkpoint === '' ? new Created(this) : new CreatedFromCheckpoint(this);
  }

  get status(): StatusName {
    return this.state.name;
  }

  /** The verbs, as far as the state allows them. */
  get may(): InitState {
    return this.state;
  }

  become(state: InitState): void {
    // It may have ended while it was started.
    if (this.exit === undefined || state.name === 'deleted') this.state = state;
  }

  end(exit: Exit, next: InitState): void {
    this.state = next;
    this.closePidfd();
    this.setExit(exit);
  }

  /** Opens the streams; without a checkpoint the process is born, and waits for Start. @throws RuntimeError; nothing is left then */
  async create(): Promise<void> {
    const { id, bundle, namespace, context, options, ground, checkpoint, journal } = this.facts;
    const { ioUid, ioGid, noPivotRoot: noPivot, noNewKeyring } = options;
    this.stdio = await openStdio(ground, {
      ...this.paths,
      ioUid,
      ioGid,
      namespace,
      id,
      outlivesUs: journal !== undefined,
    });
    if (checkpoint !== '') return;
    try {
      const stdio = this.stdio.descriptors;
      const request = { id, bundle, noPivot, noNewKeyring, preserveFds: 0, keepsTerminal: true, stdio };
      this.born(await createAttended(context, request));
    } catch (error) {
      this.stdio.close();
      throw failed('OCI runtime create failed: hoist create failed', error);
    }
  }

  /** From now on its streams are copied. */
  private born({ pid, pidfd, master, sharesPidNamespace }: Birth): void {
    this.pid = pid;
    this.pidfd = pidfd;
    this.sharesPidNamespace = sharesPidNamespace;
    this.stdio?.started(master);
  }

  async letGo(): Promise<void> {
    try {
      await start(this.facts.context, this.id);
    } catch (error) {
      throw failed('OCI runtime start failed', error);
    }
  }

  /** @throws RuntimeError NotFound when there is nobody to get it */
  async signal(signal: number, all: boolean): Promise<void> {
    try {
      await kill(this.facts.context, { id: this.id, signal, all });
    } catch (error) {
      throw killFailure(error);
    }
  }

  freeze(): void {
    try {
      pause(this.facts.context, this.id);
    } catch (error) {
      throw failed('OCI runtime pause failed', error);
    }
  }

  thaw(): void {
    try {
      resume(this.facts.context, this.id);
    } catch (error) {
      throw failed('OCI runtime resume failed', error);
    }
  }

  /** Of a paused task whose first process has ended: the others could not end. */
  thawRest(): void {
    try {
      resume(this.facts.context, this.id);
    } catch (error) {
      // Killing it has thawed it already; or it has gone.
      this.facts.context.log.debug(`resuming an exited container: ${error instanceof Error ? error.message : error}`);
    }
  }

  async setResources(resources: UpdateResources): Promise<void> {
    const { parseResources } = await import('../../runtime/resources.ts');
    const { update } = await import('../../runtime/update.ts');
    await update(this.facts.context, { id: this.id, resources: parseResources(resources, 'the request') });
  }

  async save(wish: CheckpointWish): Promise<void> {
    await (await import('./init-criu.ts')).save(this.facts, wish);
  }

  async restore(): Promise<void> {
    if (this.stdio === undefined) return;
    this.born(await (await import('./init-criu.ts')).restore(this.facts, this.stdio.descriptors));
  }

  /** What it wrote is read, then all that it held goes. Tried again as often as it is asked. */
  async remove(): Promise<void> {
    const { context, bundle, mounted } = this.facts;
    await this.stdio?.drain(DRAIN_MS);
    try {
      await remove(context, { id: this.id, force: false });
    } catch (error) {
      // A checkpoint has removed it already.
      if (!(error instanceof RuntimeError && error.code === 'NotFound')) throw failed('failed to delete task', error);
    }
    this.stdio?.close();
    this.closePidfd();
    if (mounted) unmountRootfs(`${bundle}/rootfs`);
  }
}

/** The two answers that clients of containerd act upon. */
export function killFailure(error: unknown): unknown {
  if (isSystemError(error, 'ESRCH')) return new RuntimeError('NotFound', 'process already finished', {}, error);
  if (!(error instanceof RuntimeError)) return error;
  if (error.message === 'container not running')
    return new RuntimeError('NotFound', 'process already finished', error.detail, error);
  if (error.code === 'NotFound') return new RuntimeError('NotFound', 'no such container', error.detail, error);
  return failed('unknown error after kill', error);
}
