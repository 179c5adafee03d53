/** One restore, from top to bottom, and its undoing in reverse order when any step before the processes go on fails. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import type { Joining } from '../../plan/exec-opening.ts';
import { criu_req_type as Type } from '../../proto/criu.js';
import { seccompFilter } from '../../seccomp/cache.ts';
import type { Bundle } from '../bundle.ts';
import { adoptConsole, handOver } from '../console.ts';
import { ContainerFolder, type SavedState } from '../container.ts';
import type { Context } from '../context.ts';
import { handOutProcess, STDIO } from '../hand-out.ts';
import { runHooks } from '../hooks.ts';
import { joiningOf } from '../joining.ts';
import type { Born } from '../launch.ts';
import { type Prepared, prepare } from '../plan.ts';
import { firstState } from '../saved-state.ts';
import { processFacts, stateForHooks } from '../status.ts';
import { type Pipes, readDescriptors } from './descriptors.ts';
import { quoteErrors, withLog } from './log.ts';
import { makeMountPoints } from './mount-points.ts';
import {
  type CriuOptions,
  type CriuRequest,
  closeFolders,
  type Folders,
  openFolders,
  sharedOptions,
} from './request.ts';
import { externalSources, joinedNamespaces, joinGroups, openNamespaces } from './restored.ts';
import { Criu, type Notification } from './service.ts';

/** 0, 1 and 2 are stdio, 3 is the channel. */
const FIRST_INHERITED = 4;
const ROOT_MODE = 0o755;
const SIGKILL = 9;
/** Older ones cannot give a container another label than it had. */
const CHANGES_LABELS = 31600;

export interface RestoreRequest extends CriuRequest {
  /** Path of the bundle; relative to the working directory. */
  readonly bundle: string;
  readonly consoleSocket?: string | undefined;
  readonly pidFile?: string | undefined;
  readonly detach: boolean;
  readonly noSubreaper: boolean;
  /** `TYPE:NAME`: another label of the security module than the saved one. */
  readonly lsmProfile?: string | undefined;
  readonly lsmMountContext?: string | undefined;
  /** The caller serves the terminal itself, from its master: it is left as it is. */
  readonly keepsTerminal?: boolean | undefined;
  /** What takes the place of the pipes that were stdin, stdout and stderr; the caller's own by default. */
  readonly stdio?: readonly [number, number, number] | undefined;
}

/** A container whose processes go on. */
export type Restored = Omit<Born, 'state'> & { readonly state: SavedState };

export class Restoration {
  private readonly context: Context;
  private readonly bundle: Bundle;
  private readonly request: RestoreRequest;
  private readonly prepared: Prepared;
  private readonly folder: ContainerFolder;
  private readonly undo: (() => Promise<void> | void)[] = [];
  private state: SavedState;
  private groupsMade = false;
  private pidfd = -1;
  private master = -1;

  /** Everything that can be decided before anything is made. @throws RuntimeError */
  static async prepare(context: Context, bundle: Bundle, request: RestoreRequest): Promise<Restoration> {
    const asked = { id: request.id, noPivot: false, noNewKeyring: false, fifo: false };
    return new Restoration(context, bundle, request, await prepare(context, bundle, asked));
  }

  private constructor(context: Context, bundle: Bundle, request: RestoreRequest, prepared: Prepared) {
    this.context = context;
    this.bundle = bundle;
    this.request = request;
    this.prepared = prepared;
    this.folder = new ContainerFolder(context, request.id);
    this.state = firstState(request.id, bundle, prepared, request.stdio ?? STDIO);
  }

  /** @throws RuntimeError; nothing is left behind then: no process, group, mount, file */
  async perform(): Promise<Restored> {
    // What is read last is the first to be missing.
    const pipes = readDescriptors(this.request.imagePath);
    const lock = this.makeFolder();
    try {
      if (this.ownMounts) await makeMountPoints(this.context, this.bundle.spec, this.prepared);
      await this.runCriu(pipes);
    } catch (error) {
      await this.rollBack();
      throw error;
    } finally {
      native.close(lock);
    }
    const { folder, state, pidfd, master, prepared } = this;
    return { folder, state, pid: state.init_process_pid, pidfd, cgroup: prepared.cgroup, master };
  }

  /** As at a birth: the state first, so that `delete --force` finds everything; the lock tells others that we are at work. */
  private makeFolder(): number {
    const { folder } = this;
    folder.create(this.context);
    this.undo.push(() => folder.remove());
    const lock = folder.lock(true);
    folder.save(this.state);
    return lock ?? -1;
  }

  private async runCriu(pipes: Pipes): Promise<void> {
    const { cgroup } = this.prepared;
    // Before criu in the list, so after its end.
    this.undo.push(() => (this.groupsMade ? cgroup.destroy() : cgroup.abandon()));
    const { keys, descriptors } = openNamespaces(this.bundle.spec.linux, FIRST_INHERITED);
    let criu: Criu;
    try {
      criu = this.startCriu(descriptors);
    } finally {
      for (const descriptor of descriptors) native.close(descriptor);
    }
    this.undo.push(() => criu.abandon());
    const version = await criu.version();
    await this.enterClass(criu.pid);
    const folders = openFolders(this.request, 'restore.log', `/proc/${criu.pid}/root`);
    try {
      const opts = this.options(folders, version, [...keys, ...pipes], this.makeGroups(criu.pid));
      await criu.perform({ type: Type.RESTORE, opts }, (notification) => this.notified(notification));
    } catch (error) {
      const first = quoteErrors(this.context, folders.log);
      throw first === undefined ? error : withLog(error, folders.log, first);
    } finally {
      closeFolders(folders);
    }
    if (this.ownMounts) native.rmdir(this.criuRoot);
  }

  private options(
    folders: Folders,
    version: number,
    inheritFd: NonNullable<CriuOptions['inheritFd']>,
    cgRoot: NonNullable<CriuOptions['cgRoot']>,
  ): CriuOptions {
    const { linux, annotations } = this.bundle.spec;
    return {
      ...sharedOptions(this.request, folders, annotations),
      ...this.labels(version),
      ...(this.ownMounts ? { root: this.criuRoot } : {}),
      evasiveDevices: true,
      // The first process becomes our child, not criu's.
      rstSibling: true,
      joinNs: joinedNamespaces(linux, version),
      inheritFd,
      extMnt: externalSources(this.prepared),
      cgRoot,
    };
  }

  /** Without them the container's mounts are the host's, and still there. */
  private get ownMounts(): boolean {
    return this.prepared.namespaces.has('mount');
  }

  private get criuRoot(): string {
    return `${native.realPath(this.folder.path)}/criu-root`;
  }

  /** criu wants a root that is a mount, below nothing that is covered: a copy, in a mount namespace that ends with criu. */
  private startCriu(descriptors: readonly number[]): Criu {
    const terminal = this.bundle.spec.process?.terminal === true;
    const streams = terminal ? { input: '' } : { stdio: this.request.stdio ?? STDIO };
    if (!this.ownMounts) return new Criu(this.context, { ...streams, descriptors });
    const target = this.criuRoot;
    native.mkdir(target, ROOT_MODE);
    const tree = native.cloneMount(this.bundle.rootfs);
    try {
      return new Criu(this.context, { ...streams, descriptors, mount: { tree, target } });
    } finally {
      native.close(tree);
    }
  }

  /** criu enters them, so that its children are born there, and learns that they are in the place of those it saved. */
  private makeGroups(pid: number) {
    const { cgroup } = this.prepared;
    cgroup.create(pid);
    this.groupsMade = true;
    for (const warning of cgroup.set(this.bundle.spec.linux?.resources ?? {}, 'fresh')) this.context.log.warn(warning);
    return joinGroups(cgroup, pid);
  }

  /** linux.intelRdt: criu's children are born there too. */
  private async enterClass(pid: number): Promise<void> {
    const { classOfService: place } = this.prepared;
    if (place === undefined) return;
    const { enter, leave } = await import('../../cgroup/resctrl.ts');
    this.undo.push(() => leave(native, place));
    enter(native, place, this.bundle.spec.linux?.intelRdt ?? {}, pid);
  }

  /** @throws RuntimeError in runc's words */
  private labels(version: number) {
    const { lsmProfile, lsmMountContext } = this.request;
    const option = lsmProfile ? '--lsm-profile' : lsmMountContext ? '--lsm-mount-context' : undefined;
    if (option !== undefined && version < CHANGES_LABELS)
      throw new RuntimeError('FailedPrecondition', `${option} requires at least CRIU 3.16`, { stage: 'criu' });
    return { ...(lsmProfile ? { lsmProfile } : {}), ...(lsmMountContext ? { lsmMountContext } : {}) };
  }

  private async notified({ script, pid, descriptors }: Notification): Promise<void> {
    this.context.log.debug(`notify: ${script}`);
    if (script === 'setup-namespaces') await this.runtimeHooks(pid);
    else if (script === 'orphan-pts-master') this.takeTerminal(descriptors[0]);
    else if (script === 'post-restore') this.record(pid);
  }

  private async runtimeHooks(pid: number): Promise<void> {
    const { context, bundle, state } = this;
    const { hooks: { prestart = [], createRuntime = [] } = {}, annotations } = bundle.spec;
    const [created, creating] = [stateForHooks(state, 'created', pid), stateForHooks(state, 'creating', pid)];
    await runHooks(context, 'prestart', prestart, created, bundle.path, annotations);
    await runHooks(context, 'createRuntime', createRuntime, creating, bundle.path, annotations);
  }

  private takeTerminal(master: number | undefined): void {
    if (master === undefined) return;
    if (this.request.consoleSocket !== undefined)
      return handOver(this.request.consoleSocket, 'orphan-pts-master', master);
    this.master = native.dup(master);
    if (!this.request.keepsTerminal) adoptConsole(this.master);
  }

  /** Everything is there but does not run yet: as at a birth, whoever waits for the pid file finds the process stopped. */
  private record(pid: number): void {
    this.pidfd = native.pidfdOpen(pid);
    this.undo.push(() => this.endProcess());
    const start = processFacts(pid)?.start ?? '';
    this.state = { ...this.state, init_process_pid: pid, init_process_start: start, joining: this.joining(pid) };
    this.folder.save(this.state);
    handOutProcess(this.request, { pid, pidfd: this.pidfd });
  }

  /** For processes that join the container later, as at its birth. */
  private joining(pid: number): Joining {
    const { spec } = this.bundle;
    const { root, log } = this.context;
    const filter = spec.linux?.seccomp && seccompFilter(root, spec.linux.seccomp, (line) => log.debug(line));
    if (filter) this.folder.saveFilter(filter.filter);
    const joining = joiningOf(spec, { noNewKeyring: false }, this.prepared, filter);
    // criu gives everybody a time namespace, so that the clocks go on where they were.
    const shared = native.stat(`/proc/${pid}/ns/time`)?.inode === native.stat('/proc/self/ns/time')?.inode;
    if (shared || joining.namespaces.includes('time')) return joining;
    return { ...joining, namespaces: [...joining.namespaces, 'time'] };
  }

  private endProcess(): void {
    try {
      native.pidfdSignal(this.pidfd, SIGKILL);
    } catch {
      // criu has ended it already.
    }
    native.waitProcess(this.pidfd, -1);
    native.close(this.pidfd);
  }

  private async rollBack(): Promise<void> {
    for (let action = this.undo.pop(); action; action = this.undo.pop()) {
      try {
        await action();
      } catch (failure) {
        this.context.log.warn(`clean-up: ${failure instanceof Error ? failure.message : String(failure)}`);
      }
    }
    if (this.master >= 0) native.close(this.master);
  }
}
