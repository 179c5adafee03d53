/** The birth of a process that joins a container, seen from the parent. */

import { type Entrance, groupOf, joinFailure } from '../cgroup/entrance.ts';
import { moveProcess } from '../cgroup/files.ts';
import { oomKills } from '../cgroup/oom-kills.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { execOpening, hasTwoStages, type Joining, passesRoot } from '../plan/exec-opening.ts';
import { SYNC_POINTS } from '../plan/operations.ts';
import type { SeccompFilter } from '../plan/plan.ts';
import type { State } from '../spec/types.ts';
import type { SavedState } from './container.ts';
import type { Context } from './context.ts';
import type { Joined } from './exec.ts';
import { mayBePinned, type Source } from './exec-source.ts';
import { type HandOut, handOutConsole, handOutProcess } from './hand-out.ts';
import { type PlannedProcess, planProcess } from './join-plan.ts';
import { Newborn } from './newborn.ts';
import type { SeccompAgent } from './seccomp-agent.ts';
import { isAlive, stateDocument } from './status.ts';

const O_PATH_DIRECTORY = 0o10000000 + 0o200000;

export interface JoinWish extends HandOut {
  readonly id: string;
  readonly source: Source;
  readonly detach: boolean;
  readonly container: Joining;
  readonly seccomp: SeccompFilter | undefined;
  /** How many descriptors from 3 on the process inherits. */
  readonly inherited: number;
  readonly stdio: readonly [number, number, number];
  /** `--cgroup`: then no other group will do. */
  readonly cgroup: readonly string[];
}

interface Begotten {
  readonly newborn: Newborn;
  readonly doors: number;
  /** It waits until we have moved it into its group. */
  readonly moved: boolean;
  /** undefined: it has got the opening only. */
  readonly planned: PlannedProcess | undefined;
}

export class Joiner {
  private readonly context: Context;
  private readonly state: SavedState;
  private readonly wish: JoinWish;

  constructor(context: Context, state: SavedState, wish: JoinWish) {
    this.context = context;
    this.state = state;
    this.wish = wish;
  }

  /**
   * @param init a pidfd of the container's first process
   * @param entrance is closed
   * @throws RuntimeError; no process is left behind then
   */
  async join(init: number, entrance: Entrance): Promise<Joined> {
    const { birthplace, doors } = entrance;
    let root = -1;
    let agent: SeccompAgent | undefined;
    try {
      agent = await this.callAgent();
      if (passesRoot(this.wish.container)) root = this.openRoot();
      const slots = root < 0 ? [init, ...doors] : [init, root, ...doors];
      return await this.accompany(this.beget(slots, entrance), entrance, agent);
    } finally {
      agent?.close();
      for (const descriptor of [...doors, birthplace, root]) if (descriptor >= 0) native.close(descriptor);
    }
  }

  /** When nobody answers the questions of the container's filter there is no process. @throws RuntimeError */
  private async callAgent(): Promise<SeccompAgent | undefined> {
    const agent = this.wish.container.seccomp?.agent;
    return agent && new (await import('./seccomp-agent.ts')).SeccompAgent(agent);
  }

  private stateNow(): State {
    return stateDocument(this.state, 'running', this.state.init_process_pid);
  }

  /** A container without a mount namespace of its own lives in a chroot. */
  private openRoot(): number {
    const root = native.open(`/proc/${this.state.init_process_pid}/root`, O_PATH_DIRECTORY);
    // Still there: it was no other process's with its pid.
    if (isAlive(this.state)) return root;
    native.close(root);
    throw new RuntimeError('FailedPrecondition', 'cannot exec in a stopped container', { stage: 'exec' });
  }

  /**
   * What may not be born in the group (v2: one that passes controllers on) is moved afterwards, or told why not. A process that wants to be
   * bound to processors before it is in its group must be known whole.
   */
  private beget(slots: readonly number[], { doors, birthplace }: Entrance): Begotten {
    const { process } = this.wish.container;
    const whole = process.execCPUAffinity !== undefined || mayBePinned(this.wish.source);
    if (whole && birthplace >= 0) return this.spawn(slots, doors.length, -1, whole, true);
    try {
      return this.spawn(slots, doors.length, birthplace, whole);
    } catch (error) {
      if (birthplace < 0 || !isSystemError(error) || error.syscall !== 'clone3') throw error;
      this.context.log.debug(`exec with CLONE_INTO_CGROUP failed: ${error.message}; retrying without`);
      return this.spawn(slots, doors.length, -1, whole, true);
    }
  }

  private spawn(slots: readonly number[], doors: number, cgroup: number, whole: boolean, moved = false): Begotten {
    const { context, wish } = this;
    const { id, container, stdio, inherited: preserved } = wish;
    const planned = whole ? this.plan(doors, moved, false) : undefined;
    const operations = planned?.operations ?? execOpening({ id, container, doors, moved: this.waits(moved) });
    context.trace?.step('spawn');
    context.log.debug('nsexec container setup');
    const { oomScoreAdj: oomScore } = container.process;
    const asked = { operations, oomScore, cloneFlags: 0, cgroup, slots, stdio, preserved };
    const newborn = new Newborn(context, { ...asked, oomKilled: () => this.oomKilled() });
    return { newborn, doors, moved, planned };
  }

  /** @throws RuntimeError for a process that cannot be */
  private plan(doors: number, moved: boolean, opened: boolean): PlannedProcess {
    return planProcess(this.context, this.wish, { doors, moved: this.waits(moved), opened });
  }

  /** What is there to be ended when this fails is the second stage. */
  private async sendRest(newborn: Newborn, doors: number, moved: boolean): Promise<PlannedProcess> {
    try {
      const planned = this.plan(doors, moved, true);
      newborn.goOn(planned.operations);
      return planned;
    } catch (error) {
      if (hasTwoStages(this.wish.container)) await newborn.secondStage();
      throw error;
    }
  }

  private waits(moved: boolean): boolean {
    return moved || this.state.intel_rdt !== undefined;
  }

  private async accompany(begotten: Begotten, { group }: Entrance, agent: SeccompAgent | undefined): Promise<Joined> {
    const { newborn, doors, moved } = begotten;
    try {
      if (this.waits(moved)) await this.settle(newborn, moved ? (group ?? '') : undefined);
      const planned = begotten.planned ?? (await this.sendRest(newborn, doors, moved));
      this.context.log.release();
      if (hasTwoStages(this.wish.container)) await newborn.secondStage();
      this.context.log.debug('child process in init()');
      if (planned.terminal) {
        while ((await newborn.reached()) !== SYNC_POINTS.ready);
        handOutConsole(this.wish, newborn.master);
        newborn.channel.go(SYNC_POINTS.ready);
      }
      this.context.log.debug('setns_init: about to exec');
      if (agent) agent.handOver(await newborn.filtered(), newborn.pid, this.stateNow());
      await newborn.released();
      this.context.trace?.step('process');
      handOutProcess(this.wish, newborn);
      return { pid: newborn.pid, pidfd: newborn.pidfd, master: newborn.master };
    } catch (error) {
      const reason = await newborn.explain(error);
      newborn.end();
      throw reason;
    }
  }

  /** Before it goes on: into the group that it could not be born in, and into the container's class of service. */
  private async settle(newborn: Newborn, group: string | undefined): Promise<void> {
    while ((await newborn.reached()) !== SYNC_POINTS.cgroup);
    if (group !== undefined) await this.move(newborn, group);
    const { intel_rdt: place } = this.state;
    if (place) (await import('../cgroup/resctrl.ts')).join(native, place, newborn.pid);
    newborn.channel.go(SYNC_POINTS.cgroup);
  }

  /** The recorded group may be closed to processes: then that of the first process has to do, as in runc. */
  private async move(newborn: Newborn, recorded: string): Promise<void> {
    try {
      if (!(await this.attach(recorded, newborn.pid))) moveProcess(native, recorded, newborn.pid);
    } catch (error) {
      const group = this.wish.cgroup.length > 0 ? undefined : groupOf(native, this.state.init_process_pid);
      if (group !== undefined && group !== recorded) moveProcess(native, group, newborn.pid);
      else if (!this.state.rootless) throw joinFailure(error, newborn.pid);
    }
  }

  /** Where systemd made the group it can move whom we may not. */
  private async attach(group: string, pid: number): Promise<boolean> {
    const { systemd_unit: unit, rootless, cgroup_paths: paths } = this.state;
    if (unit === undefined) return false;
    const { attachToUnit } = await import('../cgroup/systemd/open.ts');
    return attachToUnit(native, unit, rootless, group.slice((paths[''] ?? '').length), pid);
  }

  private oomKilled(): RuntimeError | undefined {
    if (oomKills(native, this.state.cgroup_paths) === 0) return undefined;
    const text = 'unable to start container process: hoist-init was killed (possibly OOM-killed)';
    return new RuntimeError('FailedPrecondition', text, {
      stage: 'init',
      hint: "the container's memory limit leaves no room for one more process",
    });
  }
}
