import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { USER } from '../../../integration/harness/bundle.ts';
import { notOn } from '../../../integration/harness/scene.ts';
import { until } from '../../../integration/harness/until.ts';
import { useGuest } from '../harness/guest.ts';
import {
  isGone,
  opens,
  properties,
  systemctl,
  throughSystemd,
  unitOf,
  userSession,
  values,
} from '../harness/systemd.ts';

beforeAll(() => userSession());

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');
const rootless = () => guest.as('rootless');

const TOP = '/sys/fs/cgroup';
const LIMITS = {
  memory: { limit: 64 * 2 ** 20, reservation: 32 * 2 ** 20, swap: 64 * 2 ** 20 },
  pids: { limit: 50 },
  cpu: { shares: 512, quota: 25_000, period: 50_000, cpus: '0-1' },
};

describe('a container of systemd’s', () => {
  it('is a scope in its slice, with its limits', async (context) => {
    const container = await root().create(
      unitOf('system.slice:test:limits', (config) => {
        Object.assign(config.linux.resources ?? {}, LIMITS);
      }),
      throughSystemd,
    );
    const names = ['Slice', 'Delegate', 'MemoryMax', 'MemoryLow', 'TasksMax', 'CPUQuotaPerSecUSec', 'AllowedCPUs'];
    expect(properties('test-limits.scope', [...names, 'ActiveState', 'DevicePolicy'])).toEqual({
      ActiveState: ['active'],
      Slice: ['system.slice'],
      Delegate: ['yes'],
      MemoryMax: ['67108864'],
      MemoryLow: ['33554432'],
      TasksMax: ['50'],
      CPUQuotaPerSecUSec: ['500ms'],
      AllowedCPUs: ['0-1'],
      DevicePolicy: ['strict'],
    });
    const group = `${TOP}/system.slice/test-limits.scope`;
    expect(values(group, ['cgroup.procs', 'memory.max', 'memory.low', 'pids.max', 'cpu.max', 'cpuset.cpus'])).toEqual({
      'cgroup.procs': String(container.pid),
      'memory.max': '67108864',
      'memory.low': '33554432',
      'pids.max': '50',
      'cpu.max': '25000 50000',
      'cpuset.cpus': '0-1',
    });
    notOn(context, { runc: 'never', crun: 'never' }, 'no swap at all is not told to systemd');
    expect(properties('test-limits.scope', ['MemorySwapMax'])).toEqual({ MemorySwapMax: ['0'] });
  });

  it('keeps its limits when systemd applies its units again', async () => {
    await root().create(
      unitOf('system.slice:test:again', (config) => {
        Object.assign(config.linux.resources ?? {}, LIMITS);
      }),
      throughSystemd,
    );
    const group = `${TOP}/system.slice/test-again.scope`;
    const files = ['memory.max', 'memory.low', 'pids.max', 'cpu.max', 'cpu.weight', 'cpuset.cpus'];
    const before = values(group, files);
    systemctl(['daemon-reload']);
    systemctl(['set-property', '--runtime', 'test-again.scope', 'IOWeight=50']);
    expect(values(group, files)).toEqual(before);
  });

  it('has a name of its own without a cgroupsPath', async () => {
    const container = await root().create(unitOf(undefined), throughSystemd);
    expect(readFileSync(`/proc/${container.pid}/cgroup`, 'utf8')).toBe(`0::/system.slice/runc-${container.id}.scope\n`);
  });

  it('can be in a slice of slices, and at the top', async () => {
    const nested = await root().create(unitOf('one-two.slice:test:nested'), throughSystemd);
    expect(readFileSync(`/proc/${nested.pid}/cgroup`, 'utf8')).toBe('0::/one.slice/one-two.slice/test-nested.scope\n');
    const top = await root().create(unitOf('-.slice:test:top'), throughSystemd);
    expect(readFileSync(`/proc/${top.pid}/cgroup`, 'utf8')).toBe('0::/test-top.scope\n');
    for (const { id } of [nested, top]) await root().runtime(['delete', '--force', id]);
    systemctl(['stop', 'one-two.slice', 'one.slice']);
  });

  it('gets the properties of its annotations', async () => {
    await root().create(
      unitOf('system.slice:test:annotated', (config) => {
        config.annotations = {
          'org.systemd.property.TimeoutStopSec': 'uint64 7',
          'org.systemd.property.CollectMode': "'inactive-or-failed'",
          'org.systemd.property.Documentation': "['https://example.org/']",
        };
      }),
      throughSystemd,
    );
    expect(properties('test-annotated.scope', ['TimeoutStopUSec', 'CollectMode', 'Documentation'])).toEqual({
      TimeoutStopUSec: ['7s'],
      CollectMode: ['inactive-or-failed'],
      Documentation: ['https://example.org/'],
    });
  });

  it('is paused, let go on, signalled and deleted, and its unit goes with it', async () => {
    const container = await root().started(unitOf('system.slice:test:life'), throughSystemd);
    expect((await root().runtime(['pause', container.id])).code).toBe(0);
    expect(await container.state()).toMatchObject({ status: 'paused' });
    expect((await root().runtime(['resume', container.id])).code).toBe(0);
    expect((await container.kill('KILL')).code).toBe(0);
    await container.reaches('stopped');
    expect((await container.delete()).code).toBe(0);
    expect(isGone('test-life.scope')).toBe(true);
    expect(existsSync(`${TOP}/system.slice/test-life.scope`)).toBe(false);
  });

  it('takes in who is executed in it', async () => {
    const container = await root().started(unitOf('system.slice:test:exec'), throughSystemd);
    const file = `${container.bundle.path}/exec.pid`;
    const { code, stderr } = await root().runtime(['exec', '-d', '--pid-file', file, container.id, 'sleep', '1000']);
    expect(code, stderr).toBe(0);
    const pid = readFileSync(file, 'utf8');
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toBe('0::/system.slice/test-exec.scope\n');
  });
});

describe('the devices of such a container', () => {
  /** The guest's disk. */
  const { rdev } = statSync('/dev/vda');
  const disk = { type: 'b', major: Math.floor(rdev / 256), minor: rdev % 256 } as const;
  const deny = { allow: false, access: 'rwm' };
  const allow = { allow: true, ...disk, access: 'r' } as const;
  const applyAgain = () => {
    systemctl(['daemon-reload']);
    systemctl(['set-property', '--runtime', 'test-devices.scope', 'TasksMax=1000']);
  };
  const paths = ['/dev/null', '/dev/urandom', '/dev/disk'];

  it.each([
    ['denied', [deny], ['/dev/null', '/dev/urandom']],
    ['allowed', [deny, allow], paths],
  ])('stay %s when systemd applies its units again', async (_word, devices, expected) => {
    const container = await root().started(
      unitOf('system.slice:test:devices', (config) => {
        config.linux.devices = [{ path: '/dev/disk', ...disk, fileMode: 0o600 }];
        config.linux.resources = { devices };
      }),
      throughSystemd,
    );
    expect(await opens(root(), container.id, paths)).toEqual(expected);
    applyAgain();
    expect(await opens(root(), container.id, paths)).toEqual(expected);
    expect((await root().runtime(['update', '--pids-limit', '60', container.id])).code).toBe(0);
    expect(await opens(root(), container.id, paths)).toEqual(expected);
  });

  it('are those of a list that only denies, too', async (context) => {
    notOn(
      context,
      { runc: 'never', crun: 'never' },
      'all devices are gone after a daemon-reload, or the denied one is back',
    );
    const container = await root().started(
      unitOf('system.slice:test:devices', (config) => {
        config.linux.devices = [{ path: '/dev/disk', ...disk, fileMode: 0o600 }];
        config.linux.resources = {
          devices: [
            { allow: true, access: 'rwm' },
            { ...allow, allow: false },
          ],
        };
      }),
      throughSystemd,
    );
    expect(await opens(root(), container.id, paths)).toEqual(['/dev/null', '/dev/urandom']);
    applyAgain();
    expect(await opens(root(), container.id, paths)).toEqual(['/dev/null', '/dev/urandom']);
  });
});

describe('update', () => {
  it('changes the unit and the group', async () => {
    const container = await root().started(
      unitOf('system.slice:test:update', (config) => {
        config.linux.resources = { cpu: { quota: 20_000, period: 50_000 } };
      }),
      throughSystemd,
    );
    const flags = ['--memory', '96M', '--pids-limit', '70', '--cpu-quota', '30000', '--cpuset-cpus', '0'];
    const { code, stderr } = await root().runtime(['update', ...flags, container.id]);
    expect(code, stderr).toBe(0);
    expect(properties('test-update.scope', ['MemoryMax', 'TasksMax', 'CPUQuotaPerSecUSec', 'AllowedCPUs'])).toEqual({
      MemoryMax: ['100663296'],
      TasksMax: ['70'],
      CPUQuotaPerSecUSec: ['600ms'],
      AllowedCPUs: ['0'],
    });
    const group = `${TOP}/system.slice/test-update.scope`;
    expect(values(group, ['memory.max', 'pids.max', 'cpu.max', 'cpuset.cpus'])).toEqual({
      'memory.max': '100663296',
      'pids.max': '70',
      'cpu.max': '30000 50000',
      'cpuset.cpus': '0',
    });
  });

  it('that the kernel refuses changes nothing', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'systemd keeps the new limits');
    const container = await root().started(
      unitOf('system.slice:test:refused', (config) => {
        config.linux.resources = { memory: { limit: 64 * 2 ** 20 }, pids: { limit: 50 } };
      }),
      throughSystemd,
    );
    const resources = { memory: { limit: 2 ** 27 }, pids: { limit: 60 }, unified: { 'io.max': 'nonsense' } };
    const { code, stderr } = await root().runtime(['update', '--resources', '-', container.id], {
      input: JSON.stringify(resources),
    });
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('io.max');
    expect(properties('test-refused.scope', ['MemoryMax', 'TasksMax'])).toEqual({
      MemoryMax: ['67108864'],
      TasksMax: ['50'],
    });
    expect(values(`${TOP}/system.slice/test-refused.scope`, ['memory.max', 'pids.max'])).toEqual({
      'memory.max': '67108864',
      'pids.max': '50',
    });
  });
});

describe('what goes wrong', () => {
  it('is told when a cgroupsPath has another form', async () => {
    const { code, stderr } = await root().tryCreate(unitOf('/a/b'), throughSystemd);
    expect(code).toBe(1);
    expect(stderr).toContain('expected cgroupsPath to be of format');
    expect(stderr).toContain('got ');
    expect(stderr).toContain(' instead');
  });

  it('leaves no unit behind', async () => {
    const { code, stderr } = await root().tryCreate(
      unitOf('system.slice:test:nothing', (config) => {
        config.process.args = ['nonexistent'];
      }),
      throughSystemd,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('executable file not found in $PATH');
    expect(isGone('test-nothing.scope')).toBe(true);
  });

  it('takes nothing from a unit of the same name', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'joins the group of the other container');
    const first = await root().started(unitOf('system.slice:test:twice'), throughSystemd);
    const { code, stderr } = await root().tryCreate(unitOf('system.slice:test:twice'), throughSystemd);
    expect(code).toBe(1);
    expect(stderr).toMatch(/already (exists|loaded)|not empty|exist/);
    expect(await first.state()).toMatchObject({ status: 'running' });
    expect(properties('test-twice.scope', ['ActiveState'])).toEqual({ ActiveState: ['active'] });
  });

  it('is what a property of an annotation may be', async () => {
    const annotated = (name: string, value: string) =>
      unitOf('system.slice:test:property', (config) => {
        config.annotations = { [`org.systemd.property.${name}`]: value };
      });
    const unknown = await root().tryCreate(annotated('NoSuchThing', "'x'"), throughSystemd);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('NoSuchThing');
    const broken = await root().tryCreate(annotated('CollectMode', "'x"), throughSystemd);
    expect(broken.code).toBe(1);
    expect(isGone('test-property.scope')).toBe(true);
  });

  it('is found again after a create that was killed', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'the state is written last');
    const marker = '/run/output/hook';
    const { command, id } = root().running(
      unitOf('system.slice:test:killed', (config) => {
        const args = ['sh', '-c', `touch ${marker}; sleep 100`];
        config.hooks = { createRuntime: [{ path: '/bin/sh', args }] };
      }),
      throughSystemd,
    );
    await until('the hook', () => existsSync(marker) || undefined);
    command.child.kill('SIGKILL');
    await command.result();
    execFileSync('sh', ['-c', `rm ${marker}; for p in $(pgrep -f 'sleep 100$'); do kill $p; done`]);
    const { code, stderr } = await root().runtime(['delete', '--force', id]);
    expect(code, stderr).toBe(0);
    expect(isGone('test-killed.scope')).toBe(true);
  });

  it('is a bus that is not there', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'falls back on the private socket of systemd');
    const env = { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere' };
    const { code, stderr } = await root().tryCreate(unitOf('system.slice:test:bus'), { ...throughSystemd, env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/dbus|bus/);
  });

  it('is a bus that stalls, which is an error in the end', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'waits for ever');
    const daemon = execFileSync('pgrep', ['-f', 'dbus-daemon --system'], { encoding: 'utf8' }).trim().split('\n')[0];
    process.kill(Number(daemon), 'SIGSTOP');
    try {
      const { code, stderr } = await root().tryCreate(unitOf('system.slice:test:stalled'), throughSystemd);
      expect(code).toBe(1);
      expect(stderr).toContain('failed to connect to dbus');
    } finally {
      process.kill(Number(daemon), 'SIGCONT');
    }
    expect(isGone('test-stalled.scope')).toBe(true);
  });
});

describe('a user’s container of their own systemd', () => {
  const SLICE = `/user.slice/user-${USER}.slice/user@${USER}.service/user.slice`;

  it('is a scope with the limits that are delegated', async () => {
    const container = await rootless().started(
      unitOf('user.slice:test:mine', (config) => {
        config.linux.resources = { memory: { limit: 64 * 2 ** 20 }, pids: { limit: 50 } };
      }),
      throughSystemd,
    );
    expect(readFileSync(`/proc/${container.pid}/cgroup`, 'utf8')).toBe(`0::${SLICE}/test-mine.scope\n`);
    expect(values(`${TOP}${SLICE}/test-mine.scope`, ['memory.max', 'pids.max'])).toEqual({
      'memory.max': '67108864',
      'pids.max': '50',
    });
    expect(properties('test-mine.scope', ['MemoryMax', 'TasksMax'], true)).toEqual({
      MemoryMax: ['67108864'],
      TasksMax: ['50'],
    });
    const { code, stderr } = await rootless().runtime(['update', '--pids-limit', '60', container.id]);
    expect(code, stderr).toBe(0);
    expect(values(`${TOP}${SLICE}/test-mine.scope`, ['pids.max'])).toEqual({ 'pids.max': '60' });
    expect((await container.delete('--force')).code).toBe(0);
    expect(isGone('test-mine.scope', true)).toBe(true);
  });

  it('takes in who is executed in it, who comes from elsewhere', async (context) => {
    notOn(context, { runc: '1.5', crun: 'never' }, 'such a process stays where it came from');
    const container = await rootless().started(unitOf('user.slice:test:entered'), throughSystemd);
    const file = `${container.bundle.path}/exec.pid`;
    const { code, stderr } = await rootless().runtime(['exec', '-d', '--pid-file', file, container.id, 'sleep', '99']);
    expect(code, stderr).toBe(0);
    const pid = readFileSync(file, 'utf8');
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toBe(`0::${SLICE}/test-entered.scope\n`);
  });

  it('needs to know its bus', async () => {
    const env = { XDG_RUNTIME_DIR: '/nowhere' };
    const { code, stderr } = await rootless().tryCreate(unitOf('user.slice:test:lost'), { ...throughSystemd, env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/DBUS_SESSION_BUS_ADDRESS|bus/);
  });
});
