import { RuntimeError } from '../errors.ts';
import type { Resources } from '../spec/types.ts';
import type { Cgroup, CgroupRequest, FreezerState } from './cgroup.ts';
import { completeV2 } from './complete.ts';
import { deviceProgram } from './device-program.ts';
import { containerRules, devicePolicy, grantsEverything } from './device-rules.ts';
import { applyFailure, isForbidden } from './failure.ts';
import { type GroupNative, moveProcess, read, readPids } from './files.ts';
import { freezeGroups, freezerState, freezerStateV2, thawGroups } from './freezer.ts';
import { demandEmpty, killGroup, removeGroups, signalPids, undo, whileFrozen } from './processes.ts';
import { controllersOf, planV2 } from './resources-v2.ts';
import { delegate, makeUnifiedGroup } from './unified.ts';
import { checkUsage, setUnified } from './unified-limits.ts';
import { allOrNone, writeLimits } from './write.ts';

const O_PATH = 0o10000000;
const SIGKILL = 9;

const NO_PERMISSION = 'rootless needs no limits + no cgrouppath when no permission is granted for cgroups: ';
const NO_PERMISSION_HINT =
  'take the limits out of linux.resources, or have the administrator delegate the controllers (systemd: Delegate=yes for user@.service)';

/** A container's group in cgroup v2. */
export class CgroupV2 implements Cgroup {
  readonly version = 2;
  readonly aroundProcess = false;
  readonly paths: Record<string, string>;
  readonly #native: GroupNative;
  readonly #request: CgroupRequest;
  readonly #made: string[] = [];

  constructor(native: GroupNative, paths: Record<string, string>, request: CgroupRequest) {
    this.#native = native;
    this.#request = request;
    this.paths = paths;
    if (request.resources !== undefined) planV2(request.resources); // what cannot be is refused before anything is made
  }

  create(): void {
    const directory = this.paths[''] ?? ''; // a container that is to be made has one
    try {
      makeUnifiedGroup(this.#native, directory, this.#controllers(), this.#made);
      if (!this.#request.occupied && !this.#made.includes(directory)) this.#refuseUsed(directory);
      if (this.#request.owner !== undefined) delegate(this.#native, directory, this.#request.owner);
    } catch (error) {
      this.abandon();
      this.#forgive(error);
    }
  }

  abandon(): void {
    this.#made.push(...undo(this.#native, this.#made.splice(0)));
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
    const directory = this.paths[''];
    if (how === 'update') return this.#update(directory, resources);
    const plan = planV2(resources);
    this.#checkUsage(directory, resources);
    writeLimits(this.#native, plan.writes, () => directory);
    if (directory !== undefined) this.#setDevices(directory, resources);
    if (resources.unified !== undefined) setUnified(this.#native, directory, resources.unified);
    return plan.warnings;
  }

  exists(): boolean {
    const directory = this.paths[''];
    return directory !== undefined && read(this.#native, `${directory}/cgroup.events`) !== undefined;
  }

  freeze(): void {
    freezeGroups(this.#native, this.paths);
  }

  thaw(): void {
    thawGroups(this.#native, this.paths);
  }

  freezer(): FreezerState {
    return freezerState(this.#native, this.paths);
  }

  pids(nested = true): number[] {
    return this.paths[''] === undefined ? [] : readPids(this.#native, this.paths[''], nested);
  }

  signalAll(signal: number): void {
    const directory = this.paths[''];
    if (directory === undefined || (signal === SIGKILL && killGroup(this.#native, directory)) || !this.exists()) return;
    whileFrozen(this, signal, () => signalPids(this.#native, this.pids(), signal));
  }

  destroy(): void {
    removeGroups(this.#native, this.paths);
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

  #update(directory: string | undefined, changes: Resources): readonly string[] {
    const resources = directory === undefined ? changes : completeV2(this.#native, directory, changes);
    const plan = planV2(resources);
    this.#checkUsage(directory, resources);
    allOrNone(this.#native, (journal) => {
      writeLimits(this.#native, plan.writes, () => directory, journal);
      if (resources.unified !== undefined) setUnified(this.#native, directory, resources.unified, journal);
    });
    return plan.warnings;
  }

  #checkUsage(directory: string | undefined, { memory }: Resources): void {
    if (memory?.checkBeforeUpdate && directory !== undefined) checkUsage(this.#native, directory, memory);
  }

  /** Rootless without a path of its own and without limits: no group is fine. */
  #forgive(error: unknown): void {
    const excusable = this.#request.rootless && !this.#request.cgroupsPath && isForbidden(error);
    if (!excusable) throw applyFailure(error);
    if (this.#controllers().length > 0) throw applyFailure(error, NO_PERMISSION, NO_PERMISSION_HINT);
    delete this.paths[''];
  }

  #setDevices(directory: string, resources: Resources): void {
    const rules = containerRules(resources.devices, this.#request.devices);
    const program = deviceProgram(devicePolicy(rules));
    try {
      this.#native.attachDeviceProgram(directory, program);
    } catch (error) {
      // bpf(2) is not for user namespaces; what their processes may open is limited by file modes on the host.
      if (!this.#request.rootless && !this.#request.userNamespace && !grantsEverything(rules)) throw error;
    }
  }
}
