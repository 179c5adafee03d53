import { RuntimeError } from '../errors.ts';
import type { Resources } from '../spec/types.ts';
import type { Cgroup, CgroupRequest, FreezerState } from './cgroup.ts';
import { fillCpuset } from './cpuset.ts';
import { setDevicesV1 } from './devices-v1.ts';
import { applyFailure, isForbidden } from './failure.ts';
import { type GroupNative, makeGroup, moveProcess, read, readPids } from './files.ts';
import { freezeGroups, freezerState, freezerStateV1, thawGroups } from './freezer.ts';
import { demandEmpty, killGroup, removeGroups, signalPids, undo, whileFrozen, witness } from './processes.ts';
import { planV1, realtimePlan } from './resources-v1.ts';
import { allOrNone, writeLimits } from './write.ts';

const O_WRONLY = 1;
const O_PATH = 0o10000000;
const SIGKILL = 9;

/** Named hierarchies that are joined when they can be, and never fail a container: runc's rule. */
const COURTESY = new Set(['name=systemd', 'misc', '']);

/** A container's groups in cgroup v1, and in a hybrid its unified group too. */
export class CgroupV1 implements Cgroup {
  readonly version = 1;
  readonly aroundProcess = false;
  readonly paths: Record<string, string>;
  readonly #native: GroupNative;
  readonly #request: CgroupRequest;
  readonly #made: string[] = [];
  /** Device rules are written, and this says whether they took. */
  #verifyDevices: (() => void) | undefined;

  constructor(native: GroupNative, paths: Record<string, string>, request: CgroupRequest) {
    this.#native = native;
    this.#request = request;
    this.paths = paths;
    if (request.resources !== undefined) planV1(request.resources); // what cannot be is refused before anything is made
  }

  create(): void {
    try {
      this.#eachPath((name, directory) => {
        const fresh = makeGroup(this.#native, directory);
        this.#made.push(...fresh);
        if (!this.#request.occupied && fresh.at(-1) !== directory) this.#refuseUsed(directory);
        this.#prepare(name, directory, fresh);
      });
    } catch (error) {
      this.abandon();
      throw applyFailure(error);
    }
  }

  abandon(): void {
    this.#made.push(...undo(this.#native, this.#made.splice(0)));
  }

  join(pid: number): void {
    const joined = new Set<string>();
    this.#eachPath((_name, directory) => {
      if (!joined.has(directory)) moveProcess(this.#native, directory, pid);
      joined.add(directory);
    });
  }

  birthplace(): number {
    let descriptor = -1;
    this.#eachPath((name, directory) => {
      if (name !== '') return;
      this.#made.push(...makeGroup(this.#native, directory));
      descriptor = this.#native.open(directory, O_PATH);
    });
    return descriptor;
  }

  doors(): number[] {
    const opened: number[] = [];
    let last = '';
    try {
      this.#eachPath((name, directory) => {
        // Controllers that share a hierarchy follow each other (cpu and cpuacct).
        if (name === '' || directory === last) return;
        opened.push(this.#native.open(`${directory}/tasks`, O_WRONLY));
        last = directory;
      });
    } catch (error) {
      for (const descriptor of opened) this.#native.close(descriptor);
      throw error;
    }
    return opened;
  }

  set(resources: Resources, how: 'fresh' | 'update'): readonly string[] {
    const plan = planV1(resources, how === 'fresh' ? undefined : this.#memoryLimit(resources));
    const groupOf = (controller: string) => this.paths[controller];
    if (how === 'update')
      allOrNone(this.#native, (journal) => writeLimits(this.#native, plan.writes, groupOf, journal));
    else {
      if (!this.#verifyDevices || resources.devices !== this.#request.resources?.devices) this.#setDevices(resources);
      this.#forgiving(() => this.#verifyDevices?.());
      writeLimits(this.#native, plan.writes, groupOf);
    }
    return plan.warnings;
  }

  exists(): boolean {
    const directory = witness(this.paths);
    return directory !== undefined && read(this.#native, `${directory}/cgroup.procs`) !== undefined;
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
    const directory = witness(this.paths);
    return directory === undefined ? [] : readPids(this.#native, directory, nested);
  }

  signalAll(signal: number): void {
    const unified = this.paths[''];
    if (signal === SIGKILL && unified !== undefined) killGroup(this.#native, unified);
    if (this.pids().length === 0) return;
    whileFrozen(this, signal, () => signalPids(this.#native, this.pids(), signal));
  }

  destroy(): void {
    removeGroups(this.#native, this.paths);
  }

  /** Calls for every controller in order. What is forbidden to a rootless user, or only a courtesy, leaves `paths`. */
  #eachPath(action: (name: string, directory: string) => void): void {
    for (const [name, directory] of Object.entries(this.paths)) {
      try {
        action(name, directory);
      } catch (error) {
        const tolerated = this.#request.rootless && !this.#request.cgroupsPath && isForbidden(error);
        if (!tolerated && !COURTESY.has(name)) throw error;
        delete this.paths[name];
      }
    }
  }

  #refuseUsed(directory: string): void {
    if (directory === witness(this.paths)) demandEmpty(this.#native, directory);
    if (directory === this.paths.freezer && freezerStateV1(this.#native, directory) === 'frozen') {
      throw new RuntimeError('FailedPrecondition', "container's cgroup unexpectedly frozen", {
        stage: 'cgroup',
        path: directory,
      });
    }
  }

  #prepare(name: string, directory: string, fresh: readonly string[]): void {
    const cpu = this.#request.resources?.cpu ?? {};
    if (name === 'cpuset') fillCpuset(this.#native, fresh.length === 0 ? [directory] : fresh, cpu);
    if (name === 'cpu') writeLimits(this.#native, realtimePlan(cpu).writes, () => directory);
    // Before anybody walks in: between "deny all" and "allow mknod" the newborn could make no device node, and would bind the host's.
    if (name !== 'devices') return;
    this.#setDevices(this.#request.resources ?? {});
  }

  /** Only needed where memory and swap change together; 2^63 and the like come back as they are. */
  #memoryLimit({ memory }: Resources): bigint | undefined {
    const directory = this.paths.memory;
    if (!memory?.limit || !memory.swap || directory === undefined) return undefined;
    const text = read(this.#native, `${directory}/memory.limit_in_bytes`)?.trim();
    return text === undefined ? undefined : BigInt(text);
  }

  #setDevices(resources: Resources): void {
    if (this.#request.userNamespace) return; // the kernel lets nobody there write them
    this.#forgiving(() => {
      const { devices } = this.#request;
      this.#verifyDevices = setDevicesV1(this.#native, this.paths.devices, resources.devices, devices);
    });
  }

  /** A rootless user may be let to write nothing; rules that make no sense are an error all the same. */
  #forgiving(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!this.#request.rootless || (error instanceof RuntimeError && error.code === 'InvalidArgument')) throw error;
    }
  }
}
