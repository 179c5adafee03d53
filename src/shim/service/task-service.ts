/**
 * The Task service of containerd's shims (api/runtime/task/v3/shim.proto; v2 is the same), without a transport: what each call means.
 * Calls run side by side; those that change a process wait for each other, in the order in which they came.
 */

import { RuntimeError } from '../../errors.ts';
import type {
  CheckpointTaskRequest,
  CloseIORequest,
  ConnectResponse,
  CreateTaskRequest,
  CreateTaskResponse,
  DeleteResponse,
  ExecProcessRequest,
  KillRequest,
  PidsResponse,
  ResizePtyRequest,
  StateResponse,
  StatsResponse,
  UpdateTaskRequest,
  WaitResponse,
} from '../../proto/task.js';
import type { Context } from '../../runtime/context.ts';
import { processes } from '../../runtime/ps.ts';
import type { EventSink } from '../events.ts';
import type { Ground } from '../ground.ts';
import { readOptions, type ShimOptions, saveOptions } from '../options.ts';
import { Container } from './container.ts';
import { Init } from './init.ts';
import type { Journal } from './journal.ts';
import type { StatusName } from './process.ts';
import { details, parseProcess } from './process-any.ts';
import { mountRootfs, unmountRootfs } from './rootfs.ts';
import { TaskEvents } from './task-events.ts';
import { timestamp } from './timestamp.ts';

/** containerd.v1.types.Status. */
const STATUS: Readonly<Record<StatusName, number>> = {
  created: 1,
  running: 2,
  stopped: 3,
  paused: 4,
  pausing: 5,
  deleted: 0,
};

export interface ServiceSetup {
  readonly namespace: string;
  readonly ground: Ground;
  readonly events: EventSink;
  /** The runtime that a task's options ask for. */
  readonly contextFor: (options: ShimOptions) => Context;
  /** For a successor of this process; none under containerd. */
  readonly journal?: Journal | undefined;
  /** Shutdown was called, and no task is left. */
  readonly onShutdown: () => void;
}

/** The two that say which process is meant. */
interface Named {
  readonly id: string;
  readonly execId: string;
}

export class TaskService {
  private readonly setup: ServiceSetup;
  private readonly events: TaskEvents;
  private readonly containers = new Map<string, Container>();
  /** Being created. */
  private readonly reserved = new Set<string>();

  constructor(setup: ServiceSetup) {
    this.setup = setup;
    this.events = new TaskEvents(setup.events);
  }

  async create(request: CreateTaskRequest): Promise<CreateTaskResponse.$Properties> {
    const { id } = request;
    if (this.containers.has(id) || this.reserved.has(id))
      throw new RuntimeError('AlreadyExists', `task ${id} already exists`, { stage: 'shim' });
    this.reserved.add(id);
    try {
      const container = await this.make(request);
      this.containers.set(id, container);
      container.note();
      const { pid } = container.init;
      const { bundle, rootfs, checkpoint, stdin, stdout, stderr, terminal } = request;
      const io = { stdin, stdout, stderr, terminal };
      this.events.created({ containerId: id, bundle, rootfs, io, checkpoint, pid });
      container.watchInit();
      return { pid };
    } finally {
      this.reserved.delete(id);
    }
  }

  private async make(request: CreateTaskRequest): Promise<Container> {
    const { id, bundle, rootfs, checkpoint, parentCheckpoint, stdin, stdout, stderr, terminal } = request;
    const { namespace, ground, journal } = this.setup;
    const options = await readOptions(request.options);
    const context = this.setup.contextFor(options);
    // For `delete`, should we be killed.
    saveOptions(bundle, options);
    const mounted = rootfs.length > 0;
    const target = `${bundle}/rootfs`;
    const paths = { stdin, stdout, stderr, terminal };
    const made = { id, namespace, bundle, paths, context, options, checkpoint, parentCheckpoint, mounted };
    const facts = { ...made, ground, journal };
    journal?.announce(facts);
    try {
      if (mounted) mountRootfs(rootfs, target);
      const container = new Container(facts, this.events);
      await container.create();
      return container;
    } catch (error) {
      if (mounted) unmountRootfs(target);
      journal?.forget(id);
      throw error;
    }
  }

  /** A task that a predecessor of this process has made. @param adopt makes it from what is known of it */
  take(adopt: (events: TaskEvents) => Container): void {
    const container = adopt(this.events);
    this.containers.set(container.id, container);
    container.takeUp();
  }

  async start({ id, execId }: Named): Promise<{ pid: number }> {
    const container = this.find(id);
    const process = container.process(execId);
    if (process instanceof Init) await container.start();
    else await container.startExec(process);
    return { pid: process.pid };
  }

  async delete({ id, execId }: Named): Promise<DeleteResponse.$Properties> {
    const container = this.find(id);
    const process = container.process(execId);
    if (process instanceof Init) {
      await container.delete();
      this.containers.delete(id);
      this.setup.journal?.forget(id);
      this.events.deleted(id, process.pid, process.exit);
    } else await container.deleteExec(process);
    const { status = 0, at } = process.exit ?? {};
    return { pid: process.pid, exitStatus: status, exitedAt: timestamp(at) };
  }

  async exec({ id, execId, stdin, stdout, stderr, terminal, spec }: ExecProcessRequest): Promise<void> {
    const container = this.find(id);
    const paths = { stdin, stdout, stderr, terminal };
    await container.add(execId, paths, parseProcess(spec?.value, terminal));
  }

  state({ id, execId }: Named): StateResponse.$Properties {
    const container = this.find(id);
    const process = container.process(execId);
    const { status = 0, at } = process.exit ?? {};
    return {
      id: process.id,
      bundle: container.init.facts.bundle,
      pid: process.pid,
      status: STATUS[process.status],
      ...process.paths,
      exitStatus: status,
      exitedAt: timestamp(at),
      execId,
    };
  }

  async wait({ id, execId }: Named): Promise<WaitResponse.$Properties> {
    const { status, at } = await this.find(id).process(execId).wait();
    return { exitStatus: status, exitedAt: timestamp(at) };
  }

  async kill({ id, execId, signal, all }: KillRequest): Promise<void> {
    const process = this.find(id).process(execId);
    await process.lock.run(() => process.may.kill(signal, all));
  }

  pids({ id }: { readonly id: string }): PidsResponse.$Properties {
    const { execs, init } = this.find(id);
    const names = new Map<number, string>();
    for (const exec of execs.values()) if (exec.pid > 0 && !exec.exit) names.set(exec.pid, exec.id);
    return {
      processes: processes(init.facts.context, id).map((pid) => ({ pid, info: details(names.get(pid)) ?? null })),
    };
  }

  async pause({ id }: { readonly id: string }): Promise<void> {
    const { init } = this.find(id);
    await init.lock.run(() => init.may.pause());
    this.events.paused(id);
  }

  async resume({ id }: { readonly id: string }): Promise<void> {
    const { init } = this.find(id);
    await init.lock.run(() => init.may.resume());
    this.events.resumed(id);
  }

  async checkpoint({ id, path, options }: CheckpointTaskRequest): Promise<void> {
    const { init } = this.find(id);
    const { checkpointWish } = await import('./checkpoint-wish.ts');
    await init.lock.run(() => init.may.checkpoint(checkpointWish(path, options)));
    this.events.checkpointed(id, path);
  }

  async update({ id, resources }: UpdateTaskRequest): Promise<void> {
    const { init } = this.find(id);
    const text = new TextDecoder().decode(resources?.value);
    await init.lock.run(() => init.may.update(text));
  }

  resizePty({ id, execId, width, height }: ResizePtyRequest): void {
    this.find(id).process(execId).may.resize(width, height);
  }

  closeIO({ id, execId, stdin }: CloseIORequest): void {
    const process = this.find(id).process(execId);
    if (stdin) process.stdio?.closeStdin();
  }

  async stats({ id }: { readonly id: string }): Promise<StatsResponse.$Properties> {
    const { init } = this.find(id);
    const { taskMetrics } = await import('../../runtime/metrics.ts');
    const { type, value } = await taskMetrics(init.facts.context, id);
    return { stats: { typeUrl: type, value } };
  }

  /** Never fails: containerd asks it to find out whether the shim is there. */
  connect({ id }: { readonly id: string }): ConnectResponse.$Properties {
    return { shimPid: process.pid, taskPid: this.containers.get(id)?.init.pid ?? 0, version: '' };
  }

  /** While tasks are left it means nothing: they may be another caller's. */
  shutdown(): void {
    if (this.isIdle) this.setup.onShutdown();
  }

  /** No task is there, and none on its way. */
  get isIdle(): boolean {
    return this.containers.size === 0 && this.reserved.size === 0;
  }

  /** @throws RuntimeError NotFound */
  private find(id: string): Container {
    const container = this.containers.get(id);
    if (container) return container;
    throw new RuntimeError('NotFound', 'container not created', { stage: 'shim' });
  }
}
