import { isSystemError, RuntimeError } from '../errors.ts';
import type { Resources } from '../spec/types.ts';
import type { Cgroup, CgroupRequest, FreezerState } from './cgroup.ts';
import { deviceProgram } from './device-program.ts';
import { containerRules, devicePolicy, grantsEverything } from './device-rules.ts';
import { detailOf, type GroupNative, isForbidden, moveProcess, read, readKey, readPids } from './files.ts';
import { freezerStateV2, freezeV2, thawV2 } from './freezer.ts';
import { demandEmpty, removeGroups, signalPids, undo } from './processes.ts';
import { controllersOf, planV2, unifiedPlan } from './resources-v2.ts';
import { makeUnifiedGroup } from './unified.ts';
import { writeLimits } from './write.ts';

const O_PATH = 0o10000000;
const SIGKILL = 9;

/** A container's group in cgroup v2. */
export class CgroupV2 implements Cgroup {
  readonly version = 2;
  readonly paths: Record<string, string>;
  readonly #native: GroupNative;
  readonly #request: CgroupRequest;

  constructor(native: GroupNative, paths: Record<string, string>, request: CgroupRequest) {
    this.#native = native;
    this.#request = request;
    this.paths = paths;
    if (request.resources !== undefined) planV2(request.resources); // what cannot be is refused before anything is made
  }

  create(): void {
    const directory = this.#directory();
    const made: string[] = [];
    try {
      makeUnifiedGroup(this.#native, directory, this.#controllers(), made);
      if (!made.includes(directory)) this.#refuseUsed(directory);
      if (this.#request.owner !== undefined) delegate(this.#native, directory, this.#request.owner);
    } catch (error) {
      undo(this.#native, made);
      this.#forgive(error);
    }
  }

  join(pid: number): void {
    const directory = this.paths[''];
    if (directory !== undefined) moveProcess(this.#native, directory, pid);
  }

  birthplace(): number {
    const directory = this.paths[''];
    return directory === undefined ? -1 : this.#native.open(directory, O_PATH);
  }

  doors(): number[] {
    return [];
  }

  set(resources: Resources, how: 'fresh' | 'update'): readonly string[] {
    const plan = planV2(resources);
    this.#checkUsage(resources);
    writeLimits(this.#native, plan.writes, () => this.paths['']);
    if (how === 'fresh') this.#setDevices(resources);
    this.#setUnified(resources.unified ?? {});
    return plan.warnings;
  }

  exists(): boolean {
    const directory = this.paths[''];
    return directory !== undefined && read(this.#native, `${directory}/cgroup.events`) !== undefined;
  }

  freeze(): void {
    freezeV2(this.#native, this.#directory());
  }

  thaw(): void {
    if (this.paths[''] !== undefined) thawV2(this.#native, this.paths['']);
  }

  freezer(): FreezerState {
    return this.paths[''] === undefined ? 'undefined' : freezerStateV2(this.#native, this.paths['']);
  }

  pids(nested = true): number[] {
    return this.paths[''] === undefined ? [] : readPids(this.#native, this.paths[''], nested);
  }

  signalAll(signal: number): void {
    const directory = this.paths[''];
    if (directory === undefined || (signal === SIGKILL && this.#kill(directory))) return;
    freezeV2(this.#native, directory); // so that nothing forks away while we count
    try {
      signalPids(this.#native, this.pids(), signal);
    } finally {
      this.thaw();
    }
  }

  destroy(): void {
    removeGroups(this.#native, this.paths);
  }

  oomKills(): number {
    return this.paths[''] === undefined ? 0 : readKey(this.#native, `${this.paths['']}/memory.events`, 'oom_kill');
  }

  #directory(): string {
    const directory = this.paths[''];
    if (directory !== undefined) return directory;
    throw new RuntimeError('FailedPrecondition', 'cannot toggle freezer: cgroups not configured for container', {
      stage: 'cgroup',
    });
  }

  #controllers(): string[] {
    const { resources } = this.#request;
    if (resources === undefined) return [];
    const named = Object.keys(resources.unified ?? {}).map((file) => file.split('.')[0] ?? '');
    return [...new Set([...controllersOf(resources), ...named])].filter((name) => name !== 'cgroup');
  }

  #refuseUsed(directory: string): void {
    demandEmpty(this.#native, directory);
    if (freezerStateV2(this.#native, directory) === 'frozen') {
      throw new RuntimeError('FailedPrecondition', "container's cgroup unexpectedly frozen", {
        stage: 'cgroup',
        path: directory,
      });
    }
  }

  /** Rootless without a path of its own and without limits: no group is fine. */
  #forgive(error: unknown): void {
    if (error instanceof RuntimeError && error.code !== 'Internal') throw error;
    const text = error instanceof Error ? error.message : String(error);
    const excusable = this.#request.rootless && !this.#request.cgroupsPath && isForbidden(error);
    if (excusable && this.#controllers().length === 0) {
      delete this.paths[''];
      return;
    }
    const reason = excusable
      ? 'rootless needs no limits + no cgrouppath when no permission is granted for cgroups: '
      : '';
    const hint = excusable
      ? 'take the limits out of linux.resources, or have the administrator delegate the controllers (systemd: Delegate=yes for user@.service)'
      : undefined;
    throw new RuntimeError(
      'Internal',
      `unable to apply cgroup configuration: ${reason}${text}`,
      { ...detailOf(error), hint },
      error,
    );
  }

  #setDevices(resources: Resources): void {
    const rules = containerRules(resources.devices, this.#request.devices);
    const program = deviceProgram(devicePolicy(rules));
    const directory = this.paths[''];
    if (directory === undefined) return; // rootless without a group
    try {
      this.#native.attachDeviceProgram(directory, program);
    } catch (error) {
      // bpf(2) is not for user namespaces; what their processes may open is limited by file modes on the host.
      if (!this.#request.rootless && !this.#request.userNamespace && !grantsEverything(rules)) throw error;
    }
  }

  #setUnified(unified: Record<string, string>): void {
    for (const write of unifiedPlan(unified).writes) {
      try {
        writeLimits(this.#native, [write], () => this.paths['']);
      } catch (error) {
        throw this.#unifiedFailure(write.file, write.controller, error);
      }
    }
  }

  #unifiedFailure(file: string, controller: string, error: unknown): unknown {
    const cause = error instanceof RuntimeError ? error.cause : error;
    if (!isSystemError(cause)) return error;
    let text = `unable to set unified resource "${file}": ${error instanceof Error ? error.message : String(error)}`;
    if (['ENOENT', 'EPERM', 'EACCES'].includes(cause.code)) {
      const available = (read(this.#native, `${this.paths['']}/cgroup.controllers`) ?? '').trim().split(' ');
      if (controller === '') text = `unified resource "${file}" must be in the form CONTROLLER.PARAMETER`;
      else if (controller !== 'cgroup' && !available.includes(controller)) {
        text = `unified resource "${file}" can't be set: controller "${controller}" not available`;
      }
    }
    return new RuntimeError('InvalidArgument', text, detailOf(cause), error);
  }

  /** memory.checkBeforeUpdate: v2 would not refuse a limit below the usage, it would kill. */
  #checkUsage({ memory }: Resources): void {
    if (!memory?.checkBeforeUpdate) return;
    const current = read(this.#native, `${this.paths['']}/memory.current`);
    if (current === undefined) return;
    const usage = BigInt(current.trim());
    const check = (what: string, limit: number | bigint | undefined) => {
      if (!limit || limit < 0 || BigInt(limit) > usage) return;
      throw new RuntimeError('FailedPrecondition', `rejecting ${what} limit ${limit} <= usage ${usage}`, {
        stage: 'cgroup',
      });
    };
    check('memory+swap', memory.swap);
    check('memory', memory.limit);
  }

  /** False when this kernel (before 5.14) has no cgroup.kill. */
  #kill(directory: string): boolean {
    try {
      this.#native.writeFile(`${directory}/cgroup.kill`, '1');
      return true;
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return !this.exists();
      throw error;
    }
  }
}

/**
 * Gives a group to the root of the container's user namespace: the directory and the files that the kernel names for it
 * (cgroups(7), delegation). Its limits stay ours.
 */
function delegate(native: GroupNative, directory: string, owner: number): void {
  const list = read(native, '/sys/kernel/cgroup/delegate') ?? 'cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n';
  for (const file of ['', ...list.trim().split('\n')]) {
    const path = file === '' ? directory : `${directory}/${file}`;
    const status = native.stat(path); // a kernel may name files that this group does not have
    if (status !== undefined) native.chown(path, owner, status.gid);
  }
}
