import { describe, expect, it } from 'vitest';
import type { Cgroup, FreezerState } from '../../../../src/cgroup/cgroup.ts';
import type { GroupNative } from '../../../../src/cgroup/files.ts';
import type { BusNative } from '../../../../src/cgroup/systemd/bus.ts';
import { SystemdCgroup } from '../../../../src/cgroup/systemd/systemd.ts';
import type { BusReply } from '../../../../src/host/native.ts';

const REFUSED: BusReply = { error: 'org.freedesktop.DBus.Error.InvalidArgs', message: 'no' };
const ANSWERS: Record<string, BusReply> = {
  Get: { body: [['t', 7n]] },
  GetUnit: { body: ['/unit'] },
  GetNameOwner: { body: [':1.0'] },
  StartTransientUnit: { body: ['/job'] },
  StopUnit: { body: ['/job'] },
};

/** Writes down what is asked of the bus and of the groups, in order. */
function scene({
  version = 1 as 1 | 2,
  freezer = 'thawed' as FreezerState,
  answers = {} as Record<string, BusReply>,
  lost = false,
}) {
  const done: string[] = [];
  const say = (what: string) => () => {
    done.push(what);
  };
  let broken = false;
  const bus: BusNative = {
    openBus: () => {
      if (lost) throw Object.assign(new Error('dbus'), { code: 'ENOENT', errno: 2, syscall: 'dbus' });
      return 1;
    },
    closeBus: () => undefined,
    callBus: (_bus, { member, body }) => {
      if (member.endsWith('Unit') || member === 'SetUnitProperties') done.push(member);
      if (member === 'SetUnitProperties')
        done.push(JSON.stringify(body[2], (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
      return answers[member] ?? ANSWERS[member] ?? { body: [] };
    },
    nextBusSignal: () => ({
      sender: ':1.0',
      path: '',
      interface: '',
      member: 'JobRemoved',
      body: [1, '/job', 'a.scope', 'done'],
    }),
    stat: () => undefined,
    now: () => 0,
  };
  const groups: Cgroup = {
    version,
    paths: {},
    aroundProcess: false,
    create: say('create'),
    join: say('join'),
    abandon: say('abandon'),
    birthplace: () => 5,
    doors: () => [],
    set: () => {
      done.push('set');
      if (broken) throw new Error('the kernel says no');
      return [];
    },
    exists: () => true,
    freeze: say('freeze'),
    thaw: say('thaw'),
    freezer: () => freezer,
    pids: () => [],
    signalAll: say('signal'),
    destroy: say('destroy'),
  };
  const native = bus as GroupNative & BusNative;
  const open = (birth: boolean) =>
    new SystemdCgroup(native, groups, 'a.scope', false, birth ? { properties: () => [], resources: {} } : undefined);
  return {
    done,
    open,
    breakKernel: () => {
      broken = true;
    },
  };
}

const pids = { pids: { limit: 9 } };
const told = '[["TasksMax",["t",9]]]';

describe('an update of a unit', () => {
  it('happens while nobody looks, on v1', () => {
    const { done, open } = scene({});
    open(false).set(pids, 'update');
    expect(done).toEqual(['GetUnit', 'freeze', 'SetUnitProperties', told, 'thaw', 'set']);
  });

  it('that systemd refuses leaves nothing frozen', () => {
    const { done, open } = scene({ answers: { SetUnitProperties: REFUSED } });
    expect(() => open(false).set(pids, 'update')).toThrow('unable to set unit properties: no');
    expect(done.at(-1)).toBe('thaw');
  });

  it('leaves frozen what was', () => {
    const { done, open } = scene({ freezer: 'frozen' });
    open(false).set(pids, 'update');
    expect(done).toEqual(['GetUnit', 'SetUnitProperties', told, 'set']);
  });

  it('freezes nothing on v2', () => {
    const { done, open } = scene({ version: 2 });
    open(false).set(pids, 'update');
    expect(done).toEqual(['GetUnit', 'SetUnitProperties', told, 'set']);
  });

  it('that the kernel refuses is taken back', () => {
    const { done, open, breakKernel } = scene({ version: 2 });
    breakKernel();
    expect(() => open(false).set(pids, 'update')).toThrow('the kernel says no');
    expect(done.slice(-2)).toEqual(['SetUnitProperties', '[["TasksMax",["t",7]]]']);
  });
});

describe('the birth of a unit', () => {
  it('that systemd refuses stops nobody else’s', () => {
    const answers = { StartTransientUnit: REFUSED };
    const { done, open } = scene({ answers });
    const group = open(true);
    expect(group.birthplace()).toBe(-1);
    expect(() => group.create(7)).toThrow('unable to apply cgroup configuration: unable to start unit "a.scope": no');
    group.abandon();
    expect(done).toEqual(['StartTransientUnit', 'abandon']);
  });

  it('that fails later ends with it', () => {
    const { done, open } = scene({});
    const group = open(true);
    group.create(7);
    expect(group.birthplace()).toBe(5);
    group.abandon();
    expect(done).toEqual(['StartTransientUnit', 'create', 'StopUnit', 'ResetFailedUnit', 'abandon']);
  });

  it('needs a process', () => {
    expect(() => scene({}).open(true).create()).toThrow('the unit a.scope needs a process');
  });
});

describe('the end of a unit', () => {
  it('removes the groups even when there is no bus', () => {
    const { done, open } = scene({});
    open(false).destroy();
    expect(done).toEqual(['StopUnit', 'ResetFailedUnit', 'destroy']);
    const without = scene({ lost: true });
    without.open(false).destroy();
    expect(without.done).toEqual(['destroy']);
  });
});
