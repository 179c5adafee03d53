import { RuntimeError } from '../../errors.ts';
import type { Resources } from '../../spec/types.ts';
import type { Cgroup, FreezerState } from '../cgroup.ts';
import { completeV2 } from '../complete.ts';
import { type GroupNative, read } from '../files.ts';
import { checkUsage } from '../unified-limits.ts';
import type { BusNative } from './bus.ts';
import { limitsV1, type UnitLimits } from './limits-v1.ts';
import { limitsV2 } from './limits-v2.ts';
import { Manager } from './manager.ts';
import type { Property } from './property.ts';

/** What the unit of a container that is to be made is started with. */
export interface Birth {
  /** Everything but its limits and its process. */
  readonly properties: (systemd: number) => readonly Property[];
  readonly resources: Resources;
}

/**
 * A container's groups where systemd makes them: a scope (or slice) around its process. The limits that systemd knows are properties
 * of the unit, so that it does not take them back; all of them are then written to the groups too, by the driver of the file system,
 * which does everything else.
 */
export class SystemdCgroup implements Cgroup {
  readonly version: 1 | 2;
  readonly aroundProcess = true;
  readonly unit: string;
  readonly #native: GroupNative & BusNative;
  /** The driver of the file system on the unit's groups. */
  readonly #groups: Cgroup;
  readonly #user: boolean;
  readonly #birth: Birth | undefined;
  #started: boolean;
  /** What systemd could not be told at the start. */
  #warnings: readonly string[] = [];

  /**
   * @param user the unit is the user's own systemd's
   * @param birth undefined: the unit is there
   */
  constructor(native: GroupNative & BusNative, groups: Cgroup, unit: string, user: boolean, birth: Birth | undefined) {
    this.#native = native;
    this.#groups = groups;
    this.version = groups.version;
    this.unit = unit;
    this.#user = user;
    this.#birth = birth;
    this.#started = birth === undefined;
  }

  get paths(): Readonly<Record<string, string>> {
    return this.#groups.paths;
  }

  /** What it leaves when it fails goes with `abandon`, once the process in there has gone: until then systemd would wait for it. */
  create(pid?: number): void {
    const { properties, resources } = this.#birth ?? { properties: () => [], resources: {} };
    if (pid === undefined)
      throw new RuntimeError('Internal', `the unit ${this.unit} needs a process`, { stage: 'cgroup' });
    try {
      this.#manage((manager) => {
        const { version } = manager;
        const limits = this.#limits(resources, version);
        this.#warnings = limits.warnings;
        const all: Property[] = [...properties(version), ['PIDs', ['au', [pid]]], ...limits.properties];
        manager.startUnit(this.unit, all, () => {
          this.#started = true;
        });
      });
    } catch (error) {
      throw this.#startFailure(error);
    }
    this.#groups.create();
  }

  /** systemd may move whom we may not: a rootless user's process comes from outside of the groups that are theirs. */
  join(pid: number): void {
    this.#manage((manager) => manager.attach(this.unit, '/', pid));
    // systemd knows some of v1's controllers only.
    if (this.version === 1) this.#groups.join(pid);
  }

  abandon(): void {
    if (this.#started) this.#stop();
    this.#groups.abandon();
  }

  /** None before the unit is there. */
  birthplace(): number {
    return this.#started ? this.#groups.birthplace() : -1;
  }

  doors(): number[] {
    return this.#groups.doors();
  }

  set(resources: Resources, how: 'fresh' | 'update'): readonly string[] {
    // The unit was started with them.
    if (how === 'fresh') return [...this.#warnings, ...this.#groups.set(this.#limits(resources, 0).resources, how)];
    const whole = this.#complete(resources);
    return this.#manage((manager) => {
      const { properties, resources: rounded, warnings } = this.#limits(whole, manager.version);
      const before = this.#setProperties(manager, properties);
      try {
        return [...warnings, ...this.#groups.set(rounded, how)];
      } catch (error) {
        this.#restore(manager, before);
        throw error;
      }
    });
  }

  exists(): boolean {
    return this.#groups.exists();
  }

  freeze(): void {
    this.#groups.freeze();
  }

  thaw(): void {
    this.#groups.thaw();
  }

  freezer(): FreezerState {
    return this.#groups.freezer();
  }

  pids(nested = true): number[] {
    return this.#groups.pids(nested);
  }

  signalAll(signal: number): void {
    this.#groups.signalAll(signal);
  }

  destroy(): void {
    this.#stop();
    this.#groups.destroy();
  }

  #manage<T>(action: (manager: Manager) => T): T {
    return Manager.with(this.#native, this.#user, action);
  }

  #limits(resources: Resources, systemd: number): UnitLimits {
    return this.version === 2 ? limitsV2(resources, systemd) : limitsV1(resources, systemd);
  }

  /** Without a bus the groups are still ours to remove, and systemd forgets a unit without them. */
  #stop(): void {
    try {
      this.#manage((manager) => manager.stopUnit(this.unit));
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== 'Unavailable') throw error;
    }
  }

  /**
   * v1: systemd denies all devices for a moment when it applies a unit again, so nobody may look at that moment. Whatever happens,
   * what was frozen is thawed afterwards (runc#4481).
   *
   * @returns what they were
   */
  #setProperties(manager: Manager, properties: readonly Property[]): readonly Property[] {
    const freeze = this.version === 1 && this.freezer() === 'thawed';
    try {
      const before = manager.properties(this.unit, properties);
      if (freeze) this.freeze();
      manager.setProperties(this.unit, properties);
      return before;
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      throw new RuntimeError(error.code, `unable to set unit properties: ${error.message}`, error.detail, error);
    } finally {
      if (freeze) this.thaw();
    }
  }

  #restore(manager: Manager, before: readonly Property[]): void {
    try {
      this.#setProperties(manager, before);
    } catch (error) {
      // The failure that led here is the one to tell.
      if (!(error instanceof RuntimeError)) throw error;
    }
  }

  /** systemd wants quota and period together: the one that was not given is what the group has. */
  #complete(resources: Resources): Resources {
    const directory = this.paths[''];
    if (this.version === 2) {
      if (directory === undefined) return resources;
      const whole = completeV2(this.#native, directory, resources);
      // Before systemd is told: the kernel would kill until the usage fits.
      if (whole.memory?.checkBeforeUpdate) checkUsage(this.#native, directory, whole.memory);
      return whole;
    }
    const { cpu } = resources;
    if (!cpu || Boolean(cpu.quota) === Boolean(cpu.period)) return resources;
    const [quota, period] = this.#cfs();
    return { ...resources, cpu: { ...cpu, quota: cpu.quota || quota, period: cpu.period || period } };
  }

  #cfs(): [quota: number, period: number] {
    const value = (file: string) => Number(read(this.#native, `${this.paths.cpu}/${file}`) || 0);
    return [value('cpu.cfs_quota_us') || -1, value('cpu.cfs_period_us') || 100_000];
  }

  #startFailure(error: unknown): unknown {
    if (!(error instanceof RuntimeError)) return error;
    const text = `unable to apply cgroup configuration: unable to start unit ${JSON.stringify(this.unit)}: ${error.message}`;
    return new RuntimeError(error.code, text, error.detail, error);
  }
}
