import { describe, expect, it } from 'vitest';
import type { NamespaceType } from '../../src/spec/enums.ts';
import type { Config } from './harness/bundle.ts';
import { USER } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

/** The names in /proc/PID/ns of the specification's types. */
const FILES = {
  pid: 'pid',
  network: 'net',
  ipc: 'ipc',
  uts: 'uts',
  mount: 'mnt',
  cgroup: 'cgroup',
  user: 'user',
  time: 'time',
} as const;

const ofHost = async (...names: string[]) =>
  (await scene.machine.must(['readlink', ...names.map((name) => `/proc/self/ns/${name}`)])).trimEnd().split('\n');

const setPath = (config: Config, type: NamespaceType, path: string) => {
  config.linux.namespaces = [...(config.linux.namespaces ?? []).filter((one) => one.type !== type), { type, path }];
};

const without = (config: Config, ...types: NamespaceType[]) => {
  config.linux.namespaces = (config.linux.namespaces ?? []).filter((one) => !types.includes(one.type));
};

describe.each(['root', 'rootless', 'userns'] as const)('namespaces, runtime called by %s', (mode) => {
  it('are new where the configuration says so', async () => {
    const names = ['pid', 'ipc', 'uts', 'mnt'];
    const [inside = ''] = await scene.as(mode).facts([['ns', ...names]]);
    const outside = await ofHost(...names);
    const shared = inside.split('\n').filter((one) => outside.includes(one));
    expect(shared).toEqual([]);
  });

  it("are the caller's where it does not", async () => {
    const [inside] = await scene.as(mode).facts([['ns', 'ipc', 'uts']], (config) => {
      without(config, 'ipc', 'uts');
      config.mounts = config.mounts.filter((mount) => mount.type !== 'mqueue');
      delete config.hostname;
    });
    expect(inside?.split('\n')).toEqual(await ofHost('ipc', 'uts'));
  });

  it('are joined by path: two containers share all but the mounts', async (context) => {
    notOn(context, { runc: '1.2', crun: '1.9' }, 'wants mappings for a user namespace that it joins');
    const caller = scene.as(mode);
    const first = await caller.started((config) => {
      config.process.args = probe(['ns', 'pid', 'ipc', 'uts', 'net'], ['stay']);
    });
    await first.says('waiting');
    const [inside] = await caller.facts([['ns', 'pid', 'ipc', 'uts', 'net']], (config) => {
      const types = (config.linux.namespaces ?? []).map((one) => one.type).filter((type) => type !== 'mount');
      for (const type of types) setPath(config, type, `/proc/${first.pid}/ns/${FILES[type]}`);
      delete config.linux.uidMappings;
      delete config.linux.gidMappings;
      delete config.hostname;
    });
    expect(first.stdout.split('\f')[0]).toBe(`${inside}\n`);
  });
});

describe('a user namespace without mappings', () => {
  it('gets the own id and the subordinate ones of an unprivileged user', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'refuses it, or takes another id for root');
    const of = async (uid: number) => {
      const maps = await scene.as('rootless').facts([['read', '/proc/self/uid_map'], ['ids']], (config) => {
        delete config.linux.uidMappings;
        delete config.linux.gidMappings;
        config.process.user = { uid, gid: uid };
      });
      return maps
        .join('\n')
        .replace(/ +/g, ' ')
        .split('\n')
        .map((line) => line.trim());
    };
    const [own, others] = await of(0);
    expect([own, others]).toEqual([`0 ${USER} 1`, '1 100000 65536']);
    const lines = await of(7);
    expect(lines.slice(0, 3)).toEqual(['0 100000 7', `7 ${USER} 1`, '8 100007 65529']);
    expect(lines).toContain('uid 7 7 7 7');
  });

  it('is an error for root', async (context) => {
    notOn(context, { crun: 'never' }, 'starts it');
    const { code, stderr } = await scene.as('root').tryCreate((config) => {
      config.linux.namespaces?.push({ type: 'user' });
    });
    expect(code).toBe(1);
    expect(stderr).toContain('user namespaces enabled, but no');
  });
});

describe('namespaces', () => {
  const root = () => scene.as('root');

  it('hide the processes of others', async () => {
    const [listing = ''] = await root().facts([['list', '/proc']]);
    expect(listing.split('\n').filter((name) => /^\d+$/.test(name))).toEqual(['1']);
  });

  it('leave the processes of the host in sight without a pid namespace', async () => {
    const [pids, listing] = await root().facts([['pids'], ['list', '/proc']], (config) => without(config, 'pid'));
    expect(pids).not.toMatch(/^pid 1 /);
    expect(listing?.split('\n')).toContain('1');
  });

  it('bring a network of its own, with the loopback up', async () => {
    const [flags, devices = ''] = await root().facts([
      ['read', '/sys/class/net/lo/flags'],
      ['list', '/sys/class/net'],
    ]);
    expect(flags).toBe('0x9');
    expect(
      devices
        .split('\n')
        .filter((name) => !/^(lo|sit0|ip6tnl0|tunl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0)$/.test(name)),
    ).toEqual([]);
  });

  it('show the own cgroup as the root of all', async () => {
    const [groups = ''] = await root().facts([['read', '/proc/self/cgroup']], (config) => {
      config.linux.namespaces?.push({ type: 'cgroup' });
    });
    expect(groups.split('\n').filter((line) => !line.endsWith(':/'))).toEqual([]);
  });

  it('shift the clocks', async (context) => {
    notOn(context, { runc: '1.2', crun: '1.9' }, 'does not know linux.timeOffsets');
    const now = Number((await scene.machine.must(['cat', '/proc/uptime'])).split(' ')[0]);
    const [clocks = ''] = await root().facts([['clocks']], (config) => {
      config.linux.namespaces?.push({ type: 'time' });
      config.linux.timeOffsets = {
        boottime: { secs: 500_000, nanosecs: 0 },
        monotonic: { secs: 1_000_000, nanosecs: 5 },
      };
    });
    const [boottime = 0, monotonic = 0] = (clocks.match(/\d+/g) ?? []).map(Number);
    expect(boottime - now).toBeGreaterThan(499_990);
    expect(monotonic - now).toBeGreaterThan(999_990);
    expect(boottime - now).toBeLessThan(500_060);
  });

  it('name the container', async () => {
    const [names] = await root().facts([['names']], (config) => {
      config.hostname = 'a-name';
    });
    expect(names).toBe('a-name (none)');
    expect((await scene.machine.must(['hostname'])).trim()).not.toBe('a-name');
  });

  it('give it a domain', async (context) => {
    notOn(context, { runc: '1.2' }, 'does not know domainname');
    const [names] = await root().facts([['names']], (config) => {
      config.hostname = 'a-name';
      config.domainname = 'a-domain';
    });
    expect(names).toBe('a-name a-domain');
  });
});

describe('a user namespace', () => {
  const ranges = (config: Config) => {
    config.linux.namespaces?.push({ type: 'user' });
    config.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    config.linux.gidMappings = [{ containerID: 0, hostID: 200_000, size: 65_536 }];
  };

  it('maps a range: root inside is nobody outside', async () => {
    const container = await scene.as('root').started((config) => {
      ranges(config);
      config.process.args = probe(['ids'], ['read', '/proc/self/uid_map'], ['stay']);
    });
    await container.says('waiting');
    expect(container.stdout.replace(/ +/g, ' ')).toContain('uid 0 0 0 0\ngid 0 0 0 0\ngroups\n\f 0 100000 65536');
    expect(scene.machine.read(`/proc/${container.pid}/status`)).toMatch(
      /\nUid:\t100000\t100000\t100000\t100000\nGid:\t200000\t/,
    );
  });

  it('lets the process be another user of the range, with groups', async () => {
    const [ids] = await scene.as('root').facts([['ids']], (config) => {
      ranges(config);
      config.process.user = { uid: 1000, gid: 1000, additionalGids: [7] };
    });
    expect(ids).toBe('uid 1000 1000 1000 1000\ngid 1000 1000 1000 1000\ngroups 7');
  });

  it('has the devices of the host, which nobody can make there', async () => {
    const [device, denied] = await scene.as('root').facts(
      [
        ['stat', '/dev/null'],
        ['mknod', '/tmp/x', '1', '3'],
      ],
      (config) => {
        ranges(config);
        config.root.readonly = false;
        config.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs' });
      },
    );
    expect(device).toMatch(/^char 0666 65534:65534 dev 1:3/);
    expect(denied).toBe('EPERM');
  });

  it('is joined by path', async (context) => {
    notOn(context, { runc: '1.2' }, 'wants mappings for a user namespace that it joins');
    const first = await scene.as('root').started((config) => {
      ranges(config);
      config.process.args = probe(['ns', 'user'], ['stay']);
    });
    await first.says('waiting');
    const [user, map = ''] = await scene.as('root').facts(
      [
        ['ns', 'user'],
        ['read', '/proc/self/uid_map'],
      ],
      (config) => {
        setPath(config, 'user', `/proc/${first.pid}/ns/user`);
      },
    );
    expect(first.stdout).toContain(`${user}\n`);
    expect(map.trim().split(/ +/)).toEqual(['0', '100000', '65536']);
  });

  it("of an unprivileged user can have that user's subordinate ids", async (context) => {
    notOn(context, { runc: 'never' }, 'sets no additional groups when rootless');
    const [ids, map = ''] = await scene.as('rootless').facts([['ids'], ['read', '/proc/self/uid_map']], (config) => {
      config.linux.uidMappings = [
        { containerID: 0, hostID: USER, size: 1 },
        { containerID: 1, hostID: 100_000, size: 65_536 },
      ];
      config.linux.gidMappings = config.linux.uidMappings;
      config.process.user = { uid: 1000, gid: 1000, additionalGids: [5] };
    });
    expect(ids).toBe('uid 1000 1000 1000 1000\ngid 1000 1000 1000 1000\ngroups 5');
    expect(map.split('\n').map((line) => line.trim().split(/ +/).join(' '))).toEqual(['0 4242 1', '1 100000 65536']);
  });

  it('denies setgroups to a user who maps only itself (CVE-2014-8989)', async () => {
    // Catches: writing gid_map without `deny` in setgroups first; a process could then drop a group that excludes it.
    const [setgroups, ids] = await scene.as('rootless').facts([['read', '/proc/self/setgroups'], ['ids']]);
    expect(setgroups).toBe('deny');
    expect(ids).toContain('uid 0 0 0 0\ngid 0 0 0 0');
  });
});

describe('a namespace that cannot be', () => {
  it.for([
    [
      'twice the same type',
      (config: Config) => config.linux.namespaces?.push({ type: 'pid' }),
      /duplicate|malformed|multiple|twice|already/i,
    ],
    [
      'a path that does not exist',
      (config: Config) => setPath(config, 'network', '/run/nothing'),
      /no such file|does not exist/i,
    ],
    [
      'a path to another type',
      (config: Config) => setPath(config, 'network', '/proc/1/ns/ipc'),
      /invalid argument|setns|type/i,
    ],
    [
      'a path to a file',
      (config: Config) => setPath(config, 'network', '/etc/passwd'),
      /invalid argument|setns|type|not/i,
    ],
  ] as const)('%s is refused', async ([what, patch, words], context) => {
    if (what.startsWith('twice')) notOn(context, { crun: 'never' }, 'takes it');
    if (what.startsWith('a path to')) notOn(context, { crun: '1.9' }, 'may report a broken pipe instead');
    const { code, stderr } = await scene.as('root').run((config) => {
      patch(config);
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
  });

  it('an unknown type is refused', async () => {
    const { code, stderr } = await scene.as('root').run((config) => JSON.stringify(config).replace('"uts"', '"outer"'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/outer/);
  });
});
