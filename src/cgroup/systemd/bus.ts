/** A connection to a bus. Nothing here waits for ever: a bus that stalls is an error (runc#4481). */

import { isSystemError, RuntimeError } from '../../errors.ts';
import type { BusCall, BusSignal, BusValue, Native } from '../../host/native.ts';
import { sleep } from '../files.ts';
import { systemAddress, userAddress } from './address.ts';

/** The part of the addon that this takes. */
export type BusNative = Pick<Native, 'openBus' | 'closeBus' | 'callBus' | 'nextBusSignal' | 'stat' | 'now'>;

/** Milliseconds for one call, D-Bus's usual patience. */
const CALL = 25_000;
/** How often a daemon whose queue is full (EAGAIN) is tried again, and the first pause, which doubles. runc's figures. */
const TRIES = 7;
const PAUSE = 100;

/** An error that the other side answered. */
export class BusFailure extends RuntimeError {
  /** The D-Bus name, `org.freedesktop.systemd1.UnitExists`. */
  readonly bus: string;

  constructor(bus: string, message: string) {
    super('Internal', message, { stage: 'cgroup', operation: bus });
    this.bus = bus;
  }
}

export class Bus {
  readonly #native: BusNative;
  readonly #bus: number;

  private constructor(native: BusNative, bus: number) {
    this.#native = native;
    this.#bus = bus;
  }

  /**
   * Connects, does something, and hangs up.
   *
   * @param user the bus of the user's session, not the system's
   * @throws RuntimeError Unavailable `failed to connect to dbus …`
   */
  static with<T>(native: BusNative, user: boolean, action: (bus: Bus) => T): T {
    const bus = connect(native, user);
    try {
      return action(new Bus(native, bus));
    } finally {
      native.closeBus(bus);
    }
  }

  /** @throws RuntimeError BusFailure when the other side answers with an error, DeadlineExceeded when it does not answer */
  call(
    to: Omit<BusCall, 'member' | 'signature' | 'body'>,
    member: string,
    signature: string,
    body: readonly BusValue[],
  ): readonly BusValue[] {
    try {
      const reply = this.#native.callBus(this.#bus, { ...to, member, signature, body }, CALL);
      if (reply.body !== undefined) return reply.body;
      throw new BusFailure(reply.error ?? '', reply.message ?? reply.error ?? 'no reason given');
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const { message, code: errno, syscall } = error;
      const detail = { stage: 'cgroup', operation: member, errno, syscall };
      throw new RuntimeError(errno === 'ETIMEDOUT' ? 'DeadlineExceeded' : 'Unavailable', message, detail, error);
    }
  }
  /** The first signal that fits; undefined when none came in time (milliseconds). */
  await(timeout: number, fits: (signal: BusSignal) => boolean): BusSignal | undefined {
    const end = this.#native.now() + timeout * 1000;
    for (;;) {
      const left = Math.ceil((end - this.#native.now()) / 1000);
      const signal = this.#native.nextBusSignal(this.#bus, Math.max(left, 0));
      if (signal === undefined || fits(signal)) return signal;
    }
  }
}

function connect(native: BusNative, user: boolean): number {
  try {
    const address = user
      ? userAddress(process.env, (path) => native.stat(path) !== undefined)
      : systemAddress(process.env);
    for (let tried = 1, pause = PAUSE; ; tried++, pause *= 2) {
      try {
        return native.openBus(address, CALL);
      } catch (error) {
        if (!isSystemError(error, 'EAGAIN') || tried === TRIES) throw error;
        sleep(pause);
      }
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(
      'Unavailable',
      `failed to connect to dbus: ${message}`,
      {
        stage: 'cgroup',
        errno: isSystemError(error) ? error.code : undefined,
        hint: user
          ? 'rootless containers need the bus of the user session (package dbus-user-session) and XDG_RUNTIME_DIR or DBUS_SESSION_BUS_ADDRESS'
          : 'is dbus.service running? Without --systemd-cgroup no bus is needed',
      },
      error,
    );
  }
}
