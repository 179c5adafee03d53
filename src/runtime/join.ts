/** The birth of a process that joins a container, seen from the parent. */

import { type Entrance, groupOf, joinFailure } from '../cgroup/entrance.ts';
import { moveProcess } from '../cgroup/files.ts';
import { oomKills } from '../cgroup/oom-kills.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { type ExecPlan, execPlan, type Joining } from '../plan/exec.ts';
import { SYNC_POINTS } from '../plan/operations.ts';
import type { Host, SeccompFilter } from '../plan/plan.ts';
import type { Process, State } from '../spec/types.ts';
import type { SavedState } from './container.ts';
import type { Context } from './context.ts';
import type { Joined } from './exec.ts';
import { type HandOut, handOutConsole, handOutProcess } from './hand-out.ts';
import { Newborn } from './newborn.ts';
import { probeLabels } from './probe-labels.ts';
import type { SeccompAgent } from './seccomp-agent.ts';
import { stateDocument } from './status.ts';

const O_PATH_DIRECTORY = 0o10000000 + 0o200000;

export interface JoinWish extends HandOut {
  readonly id: string;
  /** Validated, with what the container lends. */
  readonly process: Process;
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
  readonly plan: ExecPlan;
  /** It waits until we have moved it into its group. */
  readonly moved: boolean;
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
      if (!this.wish.container.namespaces.includes('mount')) root = this.openRoot();
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
    return native.open(`/proc/${this.state.init_process_pid}/root`, O_PATH_DIRECTORY);
  }

  /** What may not be born in the group (v2: one that passes controllers on) is moved afterwards, or told why not. */
  private beget(slots: readonly number[], { doors, birthplace }: Entrance): Begotten {
    try {
      return this.spawn(slots, doors.length, birthplace, false);
    } catch (error) {
      if (birthplace < 0 || !isSystemError(error) || error.syscall !== 'clone3') throw error;
      this.context.log.debug(`exec with CLONE_INTO_CGROUP failed: ${error.message}; retrying without`);
      return this.spawn(slots, doors.length, -1, true);
    }
  }

  private spawn(slots: readonly number[], doors: number, birthplace: number, moved: boolean): Begotten {
    const { context, wish } = this;
    const { id, process, container, seccomp } = wish;
    // It waits for us then.
    const settled = moved || this.state.intel_rdt !== undefined;
    const plan = execPlan(process, labelsFor(process), { id, container, doors, moved: settled, seccomp });
    this.context.trace?.step('spawn');
    this.context.log.debug('nsexec container setup');
    const newborn = new Newborn(context, {
      operations: plan.operations,
      oomScore: container.process.oomScoreAdj,
      process,
      cloneFlags: 0,
      cgroup: birthplace,
      slots,
      stdio: wish.stdio,
      preserved: wish.inherited,
      oomKilled: () => this.oomKilled(),
    });
    return { newborn, plan, moved };
  }

  private async accompany(begotten: Begotten, { group }: Entrance, agent: SeccompAgent | undefined): Promise<Joined> {
    const { newborn, plan, moved } = begotten;
    try {
      if (moved || this.state.intel_rdt) await this.settle(newborn, moved ? (group ?? '') : undefined);
      if (plan.twoStages) await newborn.secondStage();
      this.context.log.debug('child process in init()');
      if (this.wish.process.terminal) {
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

/** Looking for modules of the kernel costs two system calls: for a process that has labels only. */
function labelsFor({ apparmorProfile, selinuxLabel }: Process): Pick<Host, 'apparmor' | 'selinux'> {
  return apparmorProfile || selinuxLabel ? probeLabels() : { apparmor: false, selinux: false };
}
