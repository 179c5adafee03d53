/**
 * The birth of a container, seen from the parent, from top to bottom; and its undoing in reverse order when any step before
 * `ready` fails.
 */

import type { Cgroup } from '../cgroup/cgroup.ts';
import { oomKills } from '../cgroup/oom-kills.ts';
import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { SYNC_POINTS } from '../plan/operations.ts';
import { movesDevices } from '../plan/order.ts';
import type { Opening, Plan, SeccompFilter } from '../plan/plan.ts';
import { agentOf } from '../seccomp/agent.ts';
import { seccompFilter } from '../seccomp/cache.ts';
import type { State } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { closeHookOutputs, openHookOutputs } from './hook-outputs.ts';
import { runHooks } from './hooks.ts';
import { writeIdMaps } from './id-maps.ts';
import { joiningOf } from './joining.ts';
import { setOomScore } from './limits.ts';
import type { MovedDevices } from './net-devices.ts';
import { Newborn } from './newborn.ts';
import { type Prepared, prepare } from './plan.ts';
import { afterStart, firstState } from './saved-state.ts';
import { openSlots } from './slots.ts';
import { processFacts, stateDocument, stateForHooks } from './status.ts';

export interface BirthRequest {
  readonly id: string;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** Wait for `start` (create), or go on at once (run). */
  readonly fifo: boolean;
  readonly stdio: readonly [number, number, number];
  /** There is a service manager to hear from the container. */
  readonly notify: boolean;
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

/** What `--debug` says of a step, where scripts know runc's words for it. */
const STEP_WORDS: Partial<Record<string, string>> = {
  spawn: 'nsexec container setup',
  hooks: 'child process in init(): running hooks',
  ready: 'child process in init(): ready',
};

/** One birth: what is known so far, and what must be undone. */
export class Birth {
  private readonly context: Context;
  private readonly bundle: Bundle;
  private readonly request: BirthRequest;
  private readonly folder: ContainerFolder;
  private readonly prepared: Prepared;
  private readonly undo: (() => void)[] = [];
  private state: SavedState;
  private newborn: Newborn | undefined;
  private devices: MovedDevices | undefined;
  private groupsMade = false;
  private filter: SeccompFilter | undefined;
  /** Held until the container is there, so that others see `creating`. */
  private lock: number | undefined;

  /** Everything that can be decided before anything is made. @throws RuntimeError */
  static async prepare(context: Context, bundle: Bundle, request: BirthRequest): Promise<Birth> {
    return new Birth(context, bundle, request, await prepare(context, bundle, request));
  }

  private constructor(context: Context, bundle: Bundle, request: BirthRequest, prepared: Prepared) {
    this.context = context;
    this.bundle = bundle;
    this.request = request;
    this.folder = new ContainerFolder(context, request.id);
    this.prepared = prepared;
    this.state = firstState(request.id, bundle, this.prepared, request.stdio);
  }

  /**
   * Up to and with `ready`.
   * @throws RuntimeError; nothing is left behind then: no process, group, mount, file
   */
  async ready(): Promise<Born> {
    try {
      this.makeFolder();
      if (this.request.notify) (await import('./notify-socket.ts')).makeNotifyFolder(this.folder);
      // v2: a process is born in its group. Rootless: which groups there are decides what is mounted.
      const { cgroup, rootless } = this.prepared;
      const groupsFirst = (cgroup.version === 2 || rootless) && !cgroup.aroundProcess;
      if (groupsFirst) this.makeGroups();
      const newborn = await this.beget();
      // v1: meanwhile the newborn makes its namespaces, which takes as long.
      if (!groupsFirst) this.makeGroups(newborn.pid);
      this.openDoors(newborn);
      // Limits bind from here on, while hoist-init mounts: long before anything of the container's runs.
      this.setResources();
      await this.enterClass(newborn);
      this.record(newborn);
      // From here on hoist-init is what all wait for.
      this.context.log.release();
      while ((await newborn.reached()) !== SYNC_POINTS.ready) await this.runtimeHooks(newborn);
      const born = this.filter?.listener ? await this.finishWithAgent(newborn) : this.finish(newborn);
      this.devices?.keep();
      return born;
    } catch (error) {
      throw this.rollBack(this.newborn ? await this.newborn.explain(error) : error);
    }
  }

  /**
   * Waits for the end of the conversation: the process was executed, or with a fifo waits for `start`.
   * @throws RuntimeError when a startContainer hook or execve fails; the caller destroys the container
   */
  async released(): Promise<void> {
    this.context.log.debug('init: closing the pipe to signal completion');
    await this.newborn?.released();
    this.unlock();
  }

  /** Of a container that waits on its exec fifo by itself: from `ready` on hoist-init does not depend on us. */
  async leave(): Promise<void> {
    // Its last time stamps are still to come.
    if (this.context.trace) await this.newborn?.released();
    this.newborn?.forget();
    this.unlock();
  }

  /** The state is on disk before anything exists outside the folder: whoever cleans up after a killed `create` finds it all. */
  private makeFolder(): void {
    this.step('folder');
    const { folder, prepared } = this;
    folder.create(this.context);
    this.undo.push(() => folder.remove());
    // Before the process in the list, so after its end.
    this.undo.push(() => (this.groupsMade ? prepared.cgroup.destroy() : prepared.cgroup.abandon()));
    this.lock = folder.lock(true);
    this.undo.push(() => this.unlock());
    folder.save(this.state);
    if (this.request.fifo) folder.makeFifo();
  }

  private unlock(): void {
    if (this.lock !== undefined) native.close(this.lock);
    this.lock = undefined;
  }

  private makeGroups(pid?: number): void {
    this.step('cgroup');
    this.prepared.cgroup.create(pid);
    this.groupsMade = true;
  }

  /** With an opening hoist-init is at work while the rest is being planned. */
  private async beget(): Promise<Newborn> {
    this.step('spawn');
    const opening = this.prepared.opening();
    if (opening) {
      const newborn = this.spawn(opening);
      await this.moveDevices(newborn);
      this.step('plan');
      newborn.goOn(this.makePlan().operations);
      return newborn;
    }
    const plan = this.makePlan();
    const newborn = this.spawn(plan);
    if (plan.twoStages) await newborn.secondStage();
    this.writeMaps(newborn);
    await this.moveDevices(newborn);
    return newborn;
  }

  private async moveDevices(newborn: Newborn): Promise<void> {
    const { linux } = this.bundle.spec;
    if (!movesDevices(linux)) return;
    const { MovedDevices } = await import('./net-devices.ts');
    await newborn.reached();
    this.step('network devices');
    const devices = new MovedDevices(newborn.pid);
    this.devices = devices;
    this.undo.push(() => devices.putBack());
    devices.move(linux?.netDevices ?? {});
    newborn.channel.go(SYNC_POINTS.network);
  }

  private makePlan(): Plan {
    const seccomp = this.bundle.spec.linux?.seccomp;
    const { root, log } = this.context;
    const filter = seccomp && seccompFilter(root, seccomp, (line) => log.debug(line));
    if (filter) log.debug(`seccomp filter flags: ${filter.flags}`);
    this.filter = filter;
    const plan = this.prepared.plan(filter);
    for (const warning of plan.warnings) this.context.log.warn(warning);
    this.state = { ...this.state, after_start: afterStart(plan.operations) };
    return plan;
  }

  private spawn({ slots, cloneFlags, operations }: Opening): Newborn {
    const { prepared, request } = this;
    const { process } = this.bundle.spec;
    const opened = openSlots(slots, this.folder.fifo);
    const birthplace = prepared.cgroup.birthplace();
    try {
      const oomScore = prepared.rootless ? process?.oomScoreAdj : undefined;
      const { stdio, preserveFds: preserved } = request;
      const asked = { operations, oomScore, cloneFlags, cgroup: birthplace, slots: opened, stdio, preserved };
      const newborn = new Newborn(this.context, { ...asked, oomKilled: () => this.oomKilled() });
      this.newborn = newborn;
      this.undo.push(() => newborn.end());
      return newborn;
    } finally {
      for (const descriptor of opened) native.close(descriptor);
      if (birthplace >= 0) native.close(birthplace);
    }
  }

  private oomKilled(): RuntimeError | undefined {
    if (oomKills(native, this.prepared.cgroup.paths) === 0) return undefined;
    const text = 'container init was OOM-killed (memory limit too low?)';
    return new RuntimeError('FailedPrecondition', text, { stage: 'init', hint: 'raise linux.resources.memory.limit' });
  }

  private writeMaps(newborn: Newborn): void {
    if (!this.prepared.namespaces.creates('user')) return;
    this.step('id maps');
    const { uidMappings = [], gidMappings = [] } = this.bundle.spec.linux ?? {};
    writeIdMaps(newborn.pid, uidMappings, gidMappings, this.prepared.host.euid);
    newborn.channel.go(SYNC_POINTS.maps);
  }

  private setResources(): void {
    this.step('limits');
    const resources = this.bundle.spec.linux?.resources ?? {};
    for (const warning of this.prepared.cgroup.set(resources, 'fresh')) this.context.log.warn(warning);
  }

  /** linux.intelRdt. */
  private async enterClass({ pid }: Newborn): Promise<void> {
    const { classOfService: place } = this.prepared;
    if (place === undefined) return;
    this.step('intelRdt');
    const { enter, leave } = await import('../cgroup/resctrl.ts');
    this.undo.push(() => leave(native, place));
    enter(native, place, this.bundle.spec.linux?.intelRdt ?? {}, pid);
  }

  /** hoist-init walks through the doors itself: moving it from here would wait for an RCU grace period (4 to 9 ms). */
  private openDoors(newborn: Newborn): void {
    const doors = this.prepared.cgroup.doors();
    newborn.channel.go(SYNC_POINTS.cgroup, doors);
    for (const door of doors) native.close(door);
  }

  /** Whoever must clean up after a `create` that is killed from here on knows the process too. */
  private record(newborn: Newborn): void {
    this.step('record');
    const start = processFacts(newborn.pid)?.start ?? '';
    const joining = joiningOf(this.bundle.spec, this.request, this.prepared, this.filter);
    this.state = { ...this.state, init_process_pid: newborn.pid, init_process_start: start, joining };
    if (this.filter) this.folder.saveFilter(this.filter.filter);
    this.folder.save(this.state);
    this.step('wait for init');
  }

  private async runtimeHooks(newborn: Newborn): Promise<void> {
    this.step('hooks');
    const { context, bundle, state } = this;
    const { hooks: { prestart = [], createRuntime = [] } = {}, annotations } = bundle.spec;
    // prestart hooks are from the time before `creating`: they expect the word of then (as crun gives it).
    await runHooks(
      context,
      'prestart',
      prestart,
      stateForHooks(state, 'created', newborn.pid),
      bundle.path,
      annotations,
    );
    const creating = stateForHooks(state, 'creating', newborn.pid);
    await runHooks(context, 'createRuntime', createRuntime, creating, bundle.path, annotations);
    this.goWithState(newborn, SYNC_POINTS.hooks, 'creating');
  }

  private finish(newborn: Newborn): Born {
    this.step('ready');
    const { process, hooks } = this.bundle.spec;
    if (process) setOomScore(newborn.pid, process, this.state.rootless);
    const { pid, pidfd, master } = newborn;
    const born = { folder: this.folder, state: this.state, pid, pidfd, cgroup: this.prepared.cgroup, master };
    this.request.onReady(born);
    if (hooks?.startContainer) this.goWithState(newborn, SYNC_POINTS.ready, 'created');
    else newborn.channel.go(SYNC_POINTS.ready);
    return born;
  }

  /**
   * hoist-init loads the filter as soon as it may go on, and then waits for an answer to whatever the filter asks about. Before anything
   * is handed out the agent must be there.
   */
  private async finishWithAgent(newborn: Newborn): Promise<Born> {
    const { SeccompAgent } = await import('./seccomp-agent.ts');
    const agent = new SeccompAgent(agentOf(this.bundle.spec));
    try {
      const born = this.finish(newborn);
      this.step('seccomp listener');
      agent.handOver(await newborn.filtered(), newborn.pid, stateDocument(this.state, 'creating', newborn.pid));
      return born;
    } finally {
      agent.close();
    }
  }

  /** hoist-init runs hooks next. */
  private goWithState(newborn: Newborn, point: number, status: State['status']): void {
    const outputs = openHookOutputs(this.bundle.spec.annotations);
    try {
      newborn.channel.goWithState(point, stateForHooks(this.state, status, this.pidInside(newborn)), outputs);
    } finally {
      closeHookOutputs(outputs);
    }
  }

  /** For hooks of the container's side: the pid as they see it (spec: runtime.md, State). */
  private pidInside({ pid }: Newborn): number {
    const { namespaces } = this.prepared;
    if (namespaces.creates('pid')) return 1;
    if (!namespaces.joins('pid')) return pid;
    // proc_pid_status(5): one number for each namespace, the innermost last.
    const numbers = /^NSpid:.*\t(\d+)$/m.exec(native.readProcess(pid, 'status') ?? '');
    return numbers ? Number(numbers[1]) : pid;
  }

  private rollBack(error: unknown): unknown {
    for (let action = this.undo.pop(); action; action = this.undo.pop()) {
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
    this.context.log.debug(STEP_WORDS[name] ?? name);
  }
}
