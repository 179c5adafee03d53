/** systemd's manager on a bus (org.freedesktop.systemd1(5)). Nothing here waits for ever: a bus that stalls is an error (runc#4481). */

import { RuntimeError } from '../../errors.ts';
import type { BusSignal, BusValue } from '../../host/native.ts';
import { Bus, BusFailure, type BusNative } from './bus.ts';
import type { Property } from './property.ts';

const SYSTEMD = 'org.freedesktop.systemd1';
const MANAGER = { destination: SYSTEMD, path: '/org/freedesktop/systemd1', interface: `${SYSTEMD}.Manager` };
const PROPERTIES = { ...MANAGER, interface: 'org.freedesktop.DBus.Properties' };
const DAEMON = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};
const JOB_REMOVED = `type='signal',sender='${SYSTEMD}',path='${MANAGER.path}',interface='${MANAGER.interface}',member='JobRemoved'`;

/** Milliseconds that a job may take (runc's). */
const JOB = 30_000;

export class Manager {
  readonly #bus: Bus;
  #version: number | undefined;

  private constructor(bus: Bus) {
    this.#bus = bus;
  }

  /**
   * Connects, does something, and hangs up.
   *
   * @param user the user's own systemd, not the system's
   * @throws RuntimeError Unavailable `failed to connect to dbus …`
   */
  static with<T>(native: BusNative, user: boolean, action: (manager: Manager) => T): T {
    return Bus.with(native, user, (bus) => action(new Manager(bus)));
  }

  /** `252`. */
  get version(): number {
    this.#version ??= parseVersion(String(this.#get('Version')));
    return this.#version;
  }

  /** The group that systemd itself is in: '' for the system's, `/user.slice/user-1000.slice/user@1000.service` for a user's. */
  get controlGroup(): string {
    return String(this.#get('ControlGroup'));
  }

  /**
   * Makes a unit that lives as long as its processes, and waits until it is there.
   * A unit of that name that has failed once is forgotten, and then it is tried again.
   *
   * @param accepted called once systemd has agreed: from then on the unit is ours to stop, before it may be somebody else's
   * @throws RuntimeError when there is such a unit, systemd refuses it, or it is not there in 30 seconds
   */
  startUnit(unit: string, properties: readonly Property[], accepted: () => void): void {
    const body = [unit, 'replace', properties, []];
    const start = () => this.#job('StartTransientUnit', 'ssa(sv)a(sa(sv))', body, accepted);
    let result: string | undefined;
    try {
      result = start();
    } catch (error) {
      if (!(error instanceof BusFailure) || error.bus !== `${SYSTEMD}.UnitExists`) throw error;
      this.resetFailed(unit);
      result = start();
    }
    if (result === 'done') return;
    this.resetFailed(unit);
    if (result !== undefined)
      throw new RuntimeError('Internal', `error creating systemd unit \`${unit}\`: got \`${result}\``, {
        stage: 'cgroup',
        hint: `look at \`journalctl -u ${unit}\``,
      });
    throw new RuntimeError('DeadlineExceeded', `Timeout waiting for systemd to create ${unit}`, { stage: 'cgroup' });
  }

  /**
   * Ends a unit and waits for it. That it is gone, or that systemd does not answer, is no failure: its groups tell (runc's rule).
   * @throws RuntimeError DeadlineExceeded when it is not gone in 30 seconds
   */
  stopUnit(unit: string): void {
    let result: string | undefined = 'done';
    try {
      result = this.#job('StopUnit', 'ss', [unit, 'replace']);
    } catch (error) {
      if (!(error instanceof BusFailure)) throw error;
    }
    if (result === undefined) {
      const text = `Timed out while waiting for systemd to remove ${unit}`;
      throw new RuntimeError('DeadlineExceeded', text, { stage: 'cgroup' });
    }
    this.resetFailed(unit);
  }

  /** Until the next boot only: a transient unit is gone by then. */
  setProperties(unit: string, properties: readonly Property[]): void {
    if (properties.length > 0) this.#call(MANAGER, 'SetUnitProperties', 'sba(sv)', [unit, true, properties]);
  }

  /** What the properties of these names are now; to be set again when something fails. */
  properties(unit: string, named: readonly Property[]): Property[] {
    if (named.length === 0) return [];
    const [path] = this.#call(MANAGER, 'GetUnit', 's', [unit]);
    const to = { ...PROPERTIES, path: String(path) };
    const type = `${SYSTEMD}.${unit.endsWith('.slice') ? 'Slice' : 'Scope'}`;
    return named.map(([name]) => {
      const [value] = this.#call(to, 'Get', 'ss', [type, name]);
      return [name, value as Property[1]];
    });
  }

  /** systemd moves a process for somebody who may not write to the groups on the way. @param below a group of the unit, `/` for its own */
  attach(unit: string, below: string, pid: number): void {
    this.#call(MANAGER, 'AttachProcessesToUnit', 'ssau', [unit, below, [pid]]);
  }

  /** A failed unit stays known until somebody says this. */
  resetFailed(unit: string): void {
    try {
      this.#call(MANAGER, 'ResetFailedUnit', 's', [unit]);
    } catch (error) {
      if (!(error instanceof BusFailure)) throw error;
    }
  }

  /**
   * Starts a job and waits for its result: `done`, `failed`, `canceled` …; undefined when none came in time.
   * Whoever waits first and asks then cannot miss it. Anybody on the bus can send us such a signal: only systemd's own counts.
   */
  #job(
    member: string,
    signature: string,
    body: readonly BusValue[],
    accepted: () => void = () => undefined,
  ): string | undefined {
    const [systemd] = this.#call(DAEMON, 'GetNameOwner', 's', [SYSTEMD]);
    this.#call(DAEMON, 'AddMatch', 's', [JOB_REMOVED]);
    const [job] = this.#call(MANAGER, member, signature, body);
    accepted();
    const done = (signal: BusSignal) =>
      signal.member === 'JobRemoved' && signal.sender === systemd && signal.body[1] === job;
    const signal = this.#bus.await(JOB, done);
    return signal && String(signal.body[3]);
  }

  #get(name: string): unknown {
    const [value] = this.#call(PROPERTIES, 'Get', 'ss', [MANAGER.interface, name]);
    return Array.isArray(value) ? value[1] : undefined;
  }

  #call(to: typeof MANAGER, member: string, signature: string, body: readonly BusValue[]): readonly BusValue[] {
    return this.#bus.call(to, member, signature, body);
  }
}

/** `v245.4-1.fc32`, `252 (252.39-1~deb12u2)` → 245, 252; 0 when it cannot be told: no property that came later is used then. */
export function parseVersion(text: string): number {
  return Number(/^v?(\d+)/.exec(text)?.[1] ?? 0);
}
