import { beforeEach, describe, expect, it, vi } from 'vitest';
import { systemAddress, userAddress } from '../../../../src/cgroup/systemd/address.ts';
import type { BusNative } from '../../../../src/cgroup/systemd/bus.ts';
import { Manager } from '../../../../src/cgroup/systemd/manager.ts';
import type { BusReply, BusSignal } from '../../../../src/host/native.ts';

const SYSTEMD = ':1.0';
const removed = (job: string, result: string, sender = SYSTEMD): BusSignal => ({
  sender,
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
  member: 'JobRemoved',
  body: [1, job, 'a.scope', result],
});
const failure = (code: string) => Object.assign(new Error(`dbus: ${code}`), { code, errno: 1, syscall: 'dbus' });

/** A bus whose answers are written down; time goes on when somebody waits in vain. */
function scripted(replies: Record<string, BusReply[]>, signals: BusSignal[] = []) {
  const calls: string[] = [];
  let now = 0;
  const bus: BusNative = {
    openBus: () => 1,
    closeBus: () => calls.push('close'),
    callBus: (_bus, { member }, timeout) => {
      expect(timeout).toBeGreaterThan(0);
      calls.push(member);
      if (member === 'GetNameOwner') return { body: [SYSTEMD] };
      return replies[member]?.shift() ?? { body: [] };
    },
    nextBusSignal: (_bus, timeout) => {
      const signal = signals.shift();
      if (signal === undefined) now += timeout * 1000;
      return signal;
    },
    stat: () => undefined,
    now: () => now,
  };
  return { bus, calls, time: () => now };
}

const accepted = vi.fn();
const start = (bus: BusNative) => Manager.with(bus, false, (manager) => manager.startUnit('a.scope', [], accepted));
const job = (path: string): BusReply => ({ body: [path] });

beforeEach(() => accepted.mockClear());

describe('a unit', () => {
  it('is there when its job is done', () => {
    const { bus, calls } = scripted({ StartTransientUnit: [job('/job/1')] }, [
      removed('/job/7', 'failed'),
      removed('/job/1', 'done'),
    ]);
    start(bus);
    expect(calls).toEqual(['GetNameOwner', 'AddMatch', 'StartTransientUnit', 'close']);
    expect(accepted).toHaveBeenCalledOnce();
  });

  it('is not there because somebody other than systemd says so', () => {
    const { bus, time } = scripted({ StartTransientUnit: [job('/job/1')] }, [removed('/job/1', 'done', ':1.66')]);
    expect(() => start(bus)).toThrow('Timeout waiting for systemd to create a.scope');
    expect(time()).toBe(30_000_000);
  });

  it('that failed is forgotten', () => {
    const { bus, calls } = scripted({ StartTransientUnit: [job('/job/1')] }, [removed('/job/1', 'failed')]);
    expect(() => start(bus)).toThrow('error creating systemd unit `a.scope`: got `failed`');
    expect(calls.slice(-2)).toEqual(['ResetFailedUnit', 'close']);
  });

  it('of that name that failed once is forgotten, and it is tried again', () => {
    const exists = { error: 'org.freedesktop.systemd1.UnitExists', message: 'Unit a.scope already exists.' };
    const { bus, calls } = scripted({ StartTransientUnit: [exists, job('/job/1')] }, [removed('/job/1', 'done')]);
    start(bus);
    expect(calls.filter((call) => call === 'ResetFailedUnit')).toHaveLength(1);
    const { bus: stubborn } = scripted({ StartTransientUnit: [exists, { ...exists }] });
    accepted.mockClear();
    expect(() => start(stubborn)).toThrow('Unit a.scope already exists.');
    expect(accepted).not.toHaveBeenCalled();
  });

  it('that systemd refuses is refused in its words', () => {
    const reply = { error: 'org.freedesktop.DBus.Error.InvalidArgs', message: 'Unit name a is not valid.' };
    const { bus } = scripted({ StartTransientUnit: [reply] });
    expect(() => start(bus)).toThrow('Unit name a is not valid.');
  });

  it('that is gone needs no end', () => {
    const reply = { error: 'org.freedesktop.systemd1.NoSuchUnit', message: 'Unit a.scope not loaded.' };
    const { bus, calls } = scripted({ StopUnit: [reply], ResetFailedUnit: [{ ...reply }] });
    Manager.with(bus, false, (manager) => manager.stopUnit('a.scope'));
    expect(calls).toContain('ResetFailedUnit');
  });

  it('that does not end in time is an error', () => {
    const { bus } = scripted({ StopUnit: [job('/job/2')] });
    expect(() => Manager.with(bus, false, (manager) => manager.stopUnit('a.scope'))).toThrow(
      'Timed out while waiting for systemd to remove a.scope',
    );
  });
});

describe('the bus', () => {
  it('that is not there says so in runc’s words', () => {
    const { bus } = scripted({});
    const openBus = () => {
      throw failure('ENOENT');
    };
    expect(() => start({ ...bus, openBus })).toThrow('failed to connect to dbus: dbus: ENOENT');
  });

  it('that is busy is tried again', () => {
    const { bus } = scripted({ StartTransientUnit: [job('/job/1')] }, [removed('/job/1', 'done')]);
    let tried = 0;
    const openBus = () => {
      if (++tried < 3) throw failure('EAGAIN');
      return 1;
    };
    start({ ...bus, openBus });
    expect(tried).toBe(3);
  });

  it('that stalls is an error of its own kind', () => {
    const { bus } = scripted({});
    const callBus = () => {
      throw failure('ETIMEDOUT');
    };
    expect(() => start({ ...bus, callBus })).toThrow(expect.objectContaining({ code: 'DeadlineExceeded' }));
  });

  it('has its address in the environment', () => {
    const exists = (path: string) => path === '/run/user/1 0/bus';
    expect(systemAddress({})).toBe('unix:path=/run/dbus/system_bus_socket');
    expect(systemAddress({ DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/x' })).toBe('unix:path=/x');
    expect(userAddress({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x' }, exists)).toBe('unix:path=/x');
    expect(userAddress({ XDG_RUNTIME_DIR: '/run/user/1 0' }, exists)).toBe('unix:path=/run/user/1%200/bus');
    expect(() => userAddress({ XDG_RUNTIME_DIR: '/nowhere' }, exists)).toThrow(
      'could not detect DBUS_SESSION_BUS_ADDRESS from the environment',
    );
  });
});
