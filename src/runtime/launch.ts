/**
 * The birth of a container, seen from the parent: prepare, spawn hoist-init, hold the conversation, and undo everything
 * in reverse order when any step before `ready` fails.
 */

import type { Cgroup } from '../cgroup/cgroup.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { encode } from '../plan/encode.ts';
import { type Operation, SYNC_POINTS } from '../plan/operations.ts';
import type { Plan, Slot } from '../plan/plan.ts';
import { seccompFilter } from '../seccomp/cache.ts';
import type { Hooks } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { initFailure, initWarning } from './failure.ts';
import { runHooks } from './hooks.ts';
import { writeIdMaps } from './id-maps.ts';
import { bornWithOomScore, setOomScore, setResourceLimit } from './limits.ts';
import { type Prepared, prepare } from './plan.ts';
import { processFacts, stateForHooks } from './status.ts';
import { InitChannel, type InitMessage } from './sync.ts';
import { traceInit } from './trace-init.ts';

const O_PATH = 0o10000000;
const SIGKILL = 9;

export interface BirthRequest {
  readonly id: string;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** Wait for `start` (create), or go on at once (run). */
  readonly fifo: boolean;
  readonly stdio: readonly [number, number, number];
  /** Called when everything is ready, before the process may go on: pid file, console. A failure undoes the container. */
  readonly onReady: (born: Born) => void;
}

/** A container that is ready. */
export interface Born {
  readonly folder: ContainerFolder;
  readonly state: SavedState;
  readonly pid: number;
  readonly pidfd: number;
  readonly cgroup: Cgroup;
  /** The terminal's master, or -1. */
  readonly master: number;
}

/** One birth: what is known so far, and what must be undone. */
export class Birth {
  private readonly context: Context;
  private readonly bundle: Bundle;
  private readonly request: BirthRequest;
  private readonly undo: (() => void)[] = [];
  private readonly folder: ContainerFolder;
  private readonly prepared: Prepared;
  private readonly cgroup: Cgroup;
  private plan: Plan;
  private state: SavedState;
  private pid = 0;
  private pidfd = -1;
  private master = -1;
  private channel: InitChannel | undefined;
  private groupsMade = false;
  private traced = 0;
  private readonly warned = new Set<string>();

  /** Everything that can be decided before anything is made. */
  constructor(context: Context, bundle: Bundle, request: BirthRequest) {
    this.context = context;
    this.bundle = bundle;
    this.request = request;
    this.folder = new ContainerFolder(context, request.id);
    const { spec } = bundle;
    const prepared = prepare(context, bundle, {
      ...request,
      seccomp: spec.linux?.seccomp
        ? seccompFilter(context.root, spec.linux.seccomp, (line) => context.log.debug(line))
        : undefined,
    });
    this.prepared = prepared;
    this.cgroup = prepared.cgroup;
    this.plan = prepared.plan;
    for (const warning of this.plan.warnings) context.log.warn(warning);
    this.state = {
      version: 1,
      id: request.id,
      init_process_pid: 0,
      init_process_start: '',
      created: new Date().toISOString(),
      oci_version: spec.ociVersion,
      bundle: bundle.path,
      rootfs: bundle.rootfs,
      owner: prepared.host.euid,
      rootless: prepared.rootless,
      ...(spec.annotations ? { annotations: spec.annotations } : {}),
      cgroup_paths: this.cgroup.paths,
      shares_pid_namespace: !prepared.namespaces.creates('pid'),
      ...laterHooks(spec.hooks),
      after_start: afterStart(this.plan.operations),
    };
  }

  /**
   * Up to and with `ready`.
   * @throws RuntimeError; nothing is left behind then: no process, group, mount, file
   */
  async ready(): Promise<Born> {
    try {
      this.makeFolder();
      // v2: a process is born in its group. Rootless: which groups there are decides what is mounted.
      const groupsFirst = this.cgroup.version === 2 || this.prepared.rootless;
      if (groupsFirst) this.makeGroups();
      const channel = this.spawn();
      if (this.plan.twoStages) await this.secondStage(channel);
      // v1: the newborn makes its namespaces, which takes as long.
      if (!groupsFirst) this.makeGroups();
      await this.converse(channel);
      return this.born();
    } catch (error) {
      throw this.rollBack(await this.explain(error));
    }
  }

  /**
   * Waits for the end of the conversation. With a fifo: hoist-init stands on its own feet (until then it dies with us). Without:
   * the process was executed.
   *
   * @throws RuntimeError when a startContainer hook or execve fails; the caller destroys the container
   */
  async released(): Promise<void> {
    const channel = this.channel;
    for (let message = await channel?.receive(); message; message = await channel?.receive()) this.handle(message);
    this.closeChannel();
  }

  private closeChannel(): void {
    this.channel?.close();
    this.channel = undefined;
  }

  private born(): Born {
    const { folder, state, pid, pidfd, cgroup, master } = this;
    return { folder, state, pid, pidfd, cgroup, master };
  }

  /** The state is on disk before anything exists outside the folder: whoever cleans up after a killed `create` finds it all. */
  private makeFolder(): void {
    this.step('folder');
    this.folder.create(this.context);
    this.undo.push(() => this.folder.remove());
    // Before the process in the list, so after its end.
    this.undo.push(() => (this.groupsMade ? this.cgroup.destroy() : this.cgroup.abandon()));
    // Held until this process ends, so that others see `creating`.
    const lock = this.folder.lock(true);
    if (lock !== undefined) this.undo.push(() => native.close(lock));
    this.folder.save(this.state);
    if (!this.request.fifo) return;
    native.mkfifo(this.folder.fifo, 0o622);
    // Again: our umask took the bits away with which the container's user opens it. The folder keeps everybody else out.
    native.chmod(this.folder.fifo, 0o622);
  }

  private makeGroups(): void {
    this.step('cgroup');
    const wanted = Object.keys(this.cgroup.paths).length;
    this.cgroup.create();
    this.groupsMade = true;
    if (Object.keys(this.cgroup.paths).length < wanted) this.plan = this.prepared.planAgain();
  }

  private spawn(): InitChannel {
    this.step('spawn');
    const opened: number[] = [];
    const keep = (descriptor: number) => {
      if (descriptor >= 0) opened.push(descriptor);
      return descriptor;
    };
    try {
      const slots = this.plan.slots.map((slot) => keep(this.openSlot(slot)));
      const request = {
        plan: encode(this.plan.operations, {
          trace: this.context.trace !== undefined,
          preserved: this.request.preserveFds,
        }),
        cloneFlags: this.plan.cloneFlags,
        cgroup: keep(this.cgroup.birthplace()),
        slots,
        stdio: this.request.stdio,
        preserved: this.request.preserveFds,
        openFiles: this.context.inherited?.openFiles,
      };
      const score = this.state.rootless ? this.bundle.spec.process?.oomScoreAdj : undefined;
      const init = bornWithOomScore(score, () => native.spawnInit(request));
      this.pid = init.pid;
      this.pidfd = init.pidfd;
      this.undo.push(() => this.endProcess());
      this.channel = new InitChannel(this.context, init.socket);
      return this.channel;
    } finally {
      for (const descriptor of opened) native.close(descriptor);
    }
  }

  private openSlot(slot: Slot): number {
    if (slot.kind === 'fifo') return native.open(this.folder.fifo, O_PATH);
    try {
      return native.open(slot.path, 0);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new RuntimeError(
        'InvalidArgument',
        `cannot join the ${slot.type} namespace: ${error.message}`,
        {
          stage: 'namespace',
          syscall: error.syscall,
          errno: error.code,
          path: slot.path,
          hint: 'the process or file that keeps it is gone',
        },
        error,
      );
    }
  }

  private async converse(channel: InitChannel): Promise<void> {
    this.setResources();
    this.sendDoors(channel);
    // Whoever must clean up after a `create` that is killed from here on knows the process too.
    this.step('record');
    this.record();
    this.step('wait for init');
    for (;;) {
      const message = await channel.receive();
      if (!message) throw await this.vanished();
      if (message.type === 'reached' && message.value === SYNC_POINTS.ready) break;
      if (message.type === 'reached') await this.runtimeHooks(channel);
      else this.handle(message);
    }
    this.finish(channel);
  }

  /** hoist-init cloned itself: from now on it is the second process that counts. */
  private async secondStage(channel: InitChannel): Promise<void> {
    const hasSecond = this.plan.operations.some((operation) => operation.op === 'clone');
    while (hasSecond) {
      const message = await channel.receive();
      if (!message) throw await this.vanished();
      if (message.type !== 'stage') {
        this.handle(message);
        continue;
      }
      const first = this.pidfd;
      this.pid = message.value;
      this.pidfd = message.descriptors[0] ?? -1;
      native.waitProcess(first, -1);
      native.close(first);
      break;
    }
    const { uidMappings = [], gidMappings = [] } = this.bundle.spec.linux ?? {};
    if (!this.prepared.namespaces.creates('user')) return;
    this.step('id maps');
    writeIdMaps(this.pid, uidMappings, gidMappings, this.prepared.host.euid);
    channel.go(SYNC_POINTS.maps);
  }

  private record(): void {
    const facts = processFacts(this.pid);
    this.state = { ...this.state, init_process_pid: this.pid, init_process_start: facts?.start ?? '' };
    this.folder.save(this.state);
  }

  private setResources(): void {
    this.step('limits');
    const resources = this.bundle.spec.linux?.resources ?? {};
    for (const warning of this.cgroup.set(resources, 'fresh')) this.context.log.warn(warning);
  }

  /** hoist-init walks through the doors itself: moving it from here would wait for an RCU grace period (4 to 9 ms). */
  private sendDoors(channel: InitChannel): void {
    const doors = this.cgroup.doors();
    channel.go(SYNC_POINTS.cgroup, doors);
    for (const door of doors) native.close(door);
  }

  private async runtimeHooks(channel: InitChannel): Promise<void> {
    this.step('hooks');
    const { prestart = [], createRuntime = [] } = this.bundle.spec.hooks ?? {};
    const state = stateForHooks(this.state, 'creating', this.pid);
    // prestart hooks are from the time before `creating`: they expect the word of then (as crun gives it).
    await runHooks(
      this.context,
      'prestart',
      prestart,
      stateForHooks(this.state, 'created', this.pid),
      this.bundle.path,
    );
    await runHooks(this.context, 'createRuntime', createRuntime, state, this.bundle.path);
    const input = native.memfd('state', state);
    channel.go(SYNC_POINTS.hooks, [input]);
    native.close(input);
  }

  private finish(channel: InitChannel): void {
    this.step('ready');
    const { process } = this.bundle.spec;
    if (process) setOomScore(this.pid, process, this.state.rootless);
    this.request.onReady(this.born());
    if (!this.bundle.spec.hooks?.startContainer) return channel.go(SYNC_POINTS.ready);
    const input = native.memfd('state', stateForHooks(this.state, 'created', this.pid));
    channel.go(SYNC_POINTS.ready, [input]);
    native.close(input);
  }

  private handle(message: InitMessage): void {
    if (message.type === 'failed') throw initFailure(message, this.plan.operations);
    if (message.type === 'console') this.master = message.descriptors[0] ?? -1;
    else if (message.type === 'warning') this.warn(message);
    else if (message.type === 'trace' && this.context.trace) {
      this.traced = traceInit(this.context.trace, message, this.plan.operations, this.traced);
    }
  }

  private warn(message: InitMessage): void {
    const operation = this.plan.operations[message.op];
    if (operation?.op === 'limit') {
      const wanted =
        this.bundle.spec.process?.rlimits?.[message.op - this.plan.operations.findIndex((one) => one.op === 'limit')];
      setResourceLimit(this.pid, wanted?.type ?? '', operation);
      return;
    }
    const text = initWarning(message, this.plan.operations);
    // The same capability may be missing twice: before the seccomp filter and after it.
    if (text === undefined || this.warned.has(text)) return;
    this.warned.add(text);
    this.context.log.warn(text);
  }

  /** The socket closed without a word. */
  private async vanished(): Promise<RuntimeError> {
    const killedByMemory = this.cgroup.oomKills() > 0;
    if (killedByMemory) {
      return new RuntimeError('FailedPrecondition', 'container init was OOM-killed (memory limit too low?)', {
        stage: 'init',
        hint: 'raise linux.resources.memory.limit',
      });
    }
    const status = native.waitProcess(this.pidfd, 1000);
    const how = status?.signal === undefined ? `exit status ${status?.code}` : `signal ${status.signal}`;
    return new RuntimeError('Internal', `unable to start container process: hoist-init ended without a word (${how})`, {
      stage: 'init',
    });
  }

  /** A failed send means that hoist-init has gone: what it said before it went is the real reason. */
  private async explain(error: unknown): Promise<unknown> {
    if (!isSystemError(error, 'EPIPE', 'ECONNRESET') || !this.channel) return error;
    try {
      for (let message = await this.channel.receive(); message; message = await this.channel.receive())
        this.handle(message);
      return await this.vanished();
    } catch (reason) {
      return reason;
    }
  }

  private endProcess(): void {
    try {
      native.pidfdSignal(this.pidfd, SIGKILL);
    } catch (error) {
      if (!isSystemError(error, 'ESRCH')) throw error;
    }
    native.waitProcess(this.pidfd, -1);
  }

  private rollBack(error: unknown): unknown {
    this.closeChannel();
    for (const action of this.undo.reverse()) {
      try {
        action();
      } catch (failure) {
        this.context.log.warn(`clean-up: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    }
    return error;
  }

  private step(name: string): void {
    this.context.trace?.step(name);
  }
}

function laterHooks({ poststart, poststop }: Hooks = {}): Pick<SavedState, 'hooks'> {
  if (!poststart && !poststop) return {};
  return { hooks: { ...(poststart ? { poststart } : {}), ...(poststop ? { poststop } : {}) } };
}

/** The operations behind `ready` without their bulk and without the environment, which may hold secrets. */
function afterStart(operations: readonly Operation[]): NonNullable<SavedState['after_start']> {
  const first = operations.findIndex((operation) => operation.op === 'sync' && operation.point === SYNC_POINTS.ready);
  const slim = operations.slice(first).map((operation): Operation => {
    if (operation.op === 'execute') return { ...operation, argv: operation.argv.slice(0, 1), env: [] };
    if (operation.op === 'hook') return { ...operation, args: [], env: [] };
    return operation.op === 'seccomp' ? { ...operation, filter: new Uint8Array() } : operation;
  });
  return { first, operations: slim };
}
