// Rules that depend on the namespaces: names, restricted paths, ids, time, sysctls, network devices.
import { describe, expect, it } from 'vitest';
import { isDeviceName } from '../../../src/spec/check/devices.ts';
import { dottedSysctl, sysctlPath } from '../../../src/spec/check/sysctl.ts';
import type { NamespaceType } from '../../../src/spec/types.ts';
import { type Context, validate } from '../../../src/spec/validate.ts';
import { issuesOf, validateWith, validSpec, warningsOf } from './valid.ts';

const issues = (types: NamespaceType[], at: string, value: unknown, context?: Context): string[] =>
  issuesOf(validateWith(validSpec(...types), at, value, context));

describe('namespaces', () => {
  it('each type once', () => {
    expect(issues([], 'linux.namespaces', [{ type: 'pid' }, { type: 'ipc' }])).toEqual([]);
    expect(issues([], 'linux.namespaces', [{ type: 'pid' }, { type: 'ipc' }, { type: 'pid', path: '/p' }])).toEqual([
      'linux.namespaces[2].type: malformed spec file: duplicated ns "pid"',
    ]);
  });

  it('paths are absolute; an empty one means a new namespace', () => {
    expect(
      issues([], 'linux.namespaces', [
        { type: 'pid', path: '/proc/1/ns/pid' },
        { type: 'ipc', path: '' },
      ]),
    ).toEqual([]);
    expect(issues([], 'linux.namespaces', [{ type: 'pid', path: 'ns/pid' }])).toEqual([
      'linux.namespaces[0].path: must be an absolute path',
    ]);
  });

  it('a duplicate does not hide other problems', () => {
    const spec = { ...validSpec(), hostname: 'x', linux: { namespaces: [{ type: 'pid' }, { type: 'pid' }] } };
    expect(issuesOf(validate(spec))).toHaveLength(2);
  });

  it('a configuration without a linux part is taken', () => {
    const { linux: _, ...spec } = validSpec();
    expect(issuesOf(validate(spec))).toEqual([]);
  });
});

describe('hostname and domainname', () => {
  it.each(['hostname', 'domainname'])('%s needs a UTS namespace', (key) => {
    expect(issues(['uts'], key, 'box')).toEqual([]);
    expect(issues([], key, '')).toEqual([]);
    expect(issues(['pid'], key, 'box')).toEqual([`${key}: unable to set ${key} without a private UTS namespace`]);
  });

  it('has at most 64 bytes', () => {
    expect(issues(['uts'], 'hostname', 'x'.repeat(64))).toEqual([]);
    expect(issues(['uts'], 'hostname', 'x'.repeat(65))).toEqual([
      'hostname: 65 bytes long, the kernel takes at most 64',
    ]);
    expect(issues(['uts'], 'hostname', 'ü'.repeat(33))).toEqual([
      'hostname: 66 bytes long, the kernel takes at most 64',
    ]);
  });
});

describe('maskedPaths and readonlyPaths', () => {
  it.each(['maskedPaths', 'readonlyPaths'])('%s need a mount namespace', (key) => {
    expect(issues(['mount'], `linux.${key}`, ['/proc/kcore'])).toEqual([]);
    expect(issues([], `linux.${key}`, [])).toEqual([]);
    expect(issues([], `linux.${key}`, ['/proc/kcore'])).toEqual([
      `linux.${key}: unable to restrict sys entries without a private MNT namespace`,
    ]);
  });

  it('a relative one warns', () => {
    expect(warningsOf(validateWith(validSpec('mount'), 'linux.maskedPaths', ['/a', 'b']))).toEqual([
      'linux.maskedPaths[1]: not absolute, it counts from /',
    ]);
  });
});

describe('id mappings', () => {
  const map = (...ranges: [number, number, number][]): object[] =>
    ranges.map(([containerID, hostID, size]) => ({ containerID, hostID, size }));
  const user = (uids: object[], gids: object[], path = ''): object => ({
    namespaces: [{ type: 'user', path }],
    uidMappings: uids,
    gidMappings: gids,
  });
  const both = (ranges: object[]): string[] => issues([], 'linux', user(ranges, map([0, 0, 1])));

  it.each([[map([0, 1000, 1])], [map([0, 1, 1000], [1000, 0, 1], [1001, 1001, 64536])], [map([0, 0, 4294967295])]])(
    '%o is taken',
    (ranges) => {
      expect(both(ranges)).toEqual([]);
    },
  );

  it.each([
    [map([1, 1, 1]), 'linux.uidMappings: user namespaces enabled, but no mapping found for uid 0'],
    [[], 'linux.uidMappings: user namespaces enabled, but no uid mappings found'],
    [map([0, 0, 0]), 'linux.uidMappings[0].size: must be from 1 to 4294967295, got 0'],
    [map([0, 1, 4294967295]), 'linux.uidMappings[0]: hostID plus size is 4294967296, ids end at 4294967294'],
    [map([0, 100, 10], [9, 200, 10]), 'linux.uidMappings[1].containerID: the range overlaps with linux.uidMappings[0]'],
    [map([0, 100, 10], [10, 109, 10]), 'linux.uidMappings[1].hostID: the range overlaps with linux.uidMappings[0]'],
    [map([5, 100, 10], [0, 0, 6]), 'linux.uidMappings[0].containerID: the range overlaps with linux.uidMappings[1]'],
  ])('%o is refused', (ranges, issue) => {
    expect(both(ranges)).toEqual([issue]);
  });

  it('a new user namespace needs them, gids too', () => {
    expect(issues(['user'], 'hooks', {})).toEqual([
      'linux.namespaces: user namespaces enabled, but no uid mappings found',
    ]);
    expect(issues([], 'linux', user(map([0, 0, 1]), []))).toEqual([
      'linux.gidMappings: user namespaces enabled, but no gid mappings found',
    ]);
  });

  it('without a user namespace they are a warning, as in runc', () => {
    const message = "user namespace mappings specified, but user namespace isn't enabled in the config";
    for (const path of ['linux.uidMappings', 'linux.gidMappings']) {
      const verdict = validateWith(validSpec(), path, map([0, 0, 1]));
      expect(issuesOf(verdict)).toEqual([]);
      expect(warningsOf(verdict)).toEqual([`${path}: ${message}`]);
    }
  });

  it('a joined namespace needs none; both is a warning, as containerd and CRI-O send both', () => {
    expect(issues([], 'linux.namespaces', [{ type: 'user', path: '/proc/1/ns/user' }])).toEqual([]);
    const verdict = validateWith(validSpec(), 'linux', user(map([0, 0, 1]), map([0, 0, 1]), '/proc/1/ns/user'));
    expect(issuesOf(verdict)).toEqual([]);
    expect(warningsOf(verdict)).toEqual([
      'linux.uidMappings: config.json has both a userns path to join and a userns mapping',
    ]);
  });

  it('a rootless container needs a user namespace', () => {
    expect(issues(['pid'], 'hooks', {}, { rootless: true })).toEqual([
      'linux.namespaces: rootless container requires user namespaces',
    ]);
    expect(issues([], 'linux', user(map([0, 1000, 1]), map([0, 1000, 1])), { rootless: true })).toEqual([]);
  });
});

describe('timeOffsets', () => {
  it.each([{}, { boottime: { secs: -5 } }, { monotonic: { secs: 9223372036854775807n, nanosecs: 999999999 } }])(
    '%o is taken',
    (offsets) => {
      expect(issues(['time'], 'linux.timeOffsets', offsets)).toEqual([]);
    },
  );

  it('need a time namespace of their own', () => {
    const offsets = { boottime: { secs: 1 } };
    expect(issues(['pid'], 'linux.timeOffsets', offsets)).toEqual([
      "linux.timeOffsets: time namespace offsets specified, but time namespace isn't enabled in the config",
    ]);
    expect(issues([], 'linux', { namespaces: [{ type: 'time', path: '/t' }], timeOffsets: offsets })).toEqual([
      'linux.timeOffsets: time namespace enabled, but both namespace path and time offsets specified -- you may only provide one',
    ]);
  });

  it('only two clocks have them', () => {
    expect(issues(['time'], 'linux.timeOffsets', { realtime: { secs: 1 } })).toEqual([
      'linux.timeOffsets: unknown clock "realtime", must be boottime or monotonic',
    ]);
    expect(issues(['time'], 'linux.timeOffsets', { boottime: { nanosecs: 1000000000 } })).toEqual([
      'linux.timeOffsets.boottime.nanosecs: must be from 0 to 999999999, got 1000000000',
    ]);
  });
});

describe('sysctl', () => {
  it.each<[NamespaceType, string]>([
    ['ipc', 'kernel.msgmax'],
    ['ipc', 'kernel.shm_rmid_forced'],
    ['ipc', 'kernel/sem'],
    ['ipc', 'fs.mqueue.msg_max'],
    ['network', 'net.ipv4.ip_forward'],
    ['network', 'net/ipv4/conf/eno2.100/rp_filter'],
    ['network', 'net.ipv4.conf.eno2/100.rp_filter'],
    ['uts', 'kernel.domainname'],
    ['user', 'user.max_user_namespaces'],
  ])('in a namespace of type %s, %s is taken', (type, key) => {
    const spec = validSpec(type);
    if (type === 'user') spec.linux = { namespaces: [{ type: 'user', path: '/proc/1/ns/user' }] };
    expect(issuesOf(validateWith(spec, 'linux.sysctl', { [key]: '1' }))).toEqual([]);
  });

  it.each([
    ['kernel.msgmax', 'sysctl "kernel.msgmax" is not allowed in the hosts ipc namespace'],
    ['fs/mqueue/msg_max', 'sysctl "fs.mqueue.msg_max" is not allowed in the hosts ipc namespace'],
    ['net.ipv4.ip_forward', 'sysctl "net.ipv4.ip_forward" not allowed in host network namespace'],
    ['kernel.domainname', 'sysctl "kernel.domainname" is not in a separate kernel namespace'],
    ['user.max_user_namespaces', 'setting ucounts without a user namespace not allowed: user.max_user_namespaces'],
    ['vm.swappiness', 'sysctl "vm.swappiness" is not in a separate kernel namespace'],
    ['kernel.core_pattern', 'sysctl "kernel.core_pattern" is not in a separate kernel namespace'],
  ])('without namespaces %s is refused', (key, message) => {
    expect(issues([], 'linux.sysctl', { [key]: '1' })).toEqual([`linux.sysctl["${key}"]: ${message}`]);
  });

  it('conflicts with hostname and domainname', () => {
    expect(issues(['uts'], 'linux.sysctl', { 'kernel.hostname': 'x' })).toEqual([
      'linux.sysctl["kernel.hostname"]: sysctl "kernel.hostname" is not allowed as it conflicts with the OCI "hostname" field',
    ]);
    const spec = { ...validSpec('uts'), domainname: 'a' };
    expect(issuesOf(validateWith(spec, 'linux.sysctl', { 'kernel.domainname': 'b' }))).toEqual([
      'linux.sysctl["kernel.domainname"]: sysctl "kernel.domainname" is not allowed as it conflicts with the OCI "domainname" field',
    ]);
  });

  it.each(['', 'net', 'net.', 'net..x', 'net.//.//.kernel.x', 'net/../../etc', '/net/ipv4', '.net'])(
    '%j is no way out of its folder',
    (key) => {
      expect(issues(['network', 'ipc', 'uts'], 'linux.sysctl', { [key]: '1' })).toHaveLength(1);
    },
  );

  it('both forms have one file', () => {
    expect(dottedSysctl('net/ipv4/conf/eno2.100/rp_filter')).toBe('net.ipv4.conf.eno2/100.rp_filter');
    expect(dottedSysctl('net.ipv4.conf.eno2/100.rp_filter')).toBe('net.ipv4.conf.eno2/100.rp_filter');
    expect(sysctlPath('net/ipv4/conf/eno2.100/rp_filter')).toBe('net/ipv4/conf/eno2.100/rp_filter');
    expect(sysctlPath('net.ipv4.conf.eno2/100.rp_filter')).toBe('net/ipv4/conf/eno2.100/rp_filter');
    expect(sysctlPath('kernel.sem')).toBe('kernel/sem');
    expect(sysctlPath('net.//.x')).toBeUndefined();
  });
});

describe('netDevices', () => {
  it('need a network namespace and privileges', () => {
    expect(issues(['network'], 'linux.netDevices', { eth0: {}, eth1: { name: 'net0' } })).toEqual([]);
    expect(issues([], 'linux.netDevices', { eth0: {} })).toEqual([
      'linux.netDevices: unable to move network devices without a NET namespace',
    ]);
    const spec = validSpec('network');
    spec.linux?.namespaces?.push({ type: 'user', path: '/u' });
    expect(issuesOf(validateWith(spec, 'linux.netDevices', { eth0: {} }, { rootless: true }))).toEqual([
      'linux.netDevices: network devices are not supported for rootless containers',
    ]);
  });

  it('names are names of devices, and differ in the container', () => {
    expect(issues(['network'], 'linux.netDevices', { 'a/b': {}, eth0: { name: 'x y' } })).toEqual([
      'linux.netDevices["a/b"]: invalid network device name "a/b"',
      'linux.netDevices.eth0: invalid network device name "x y"',
    ]);
    expect(issues(['network'], 'linux.netDevices', { eth0: {}, eth1: { name: 'eth0' } })).toEqual([
      'linux.netDevices.eth1: gets the name "eth0" in the container, like "eth0"',
    ]);
  });

  it.each(['lo', 'eth0.100', 'a'.repeat(15), 'ü'])('%j is a name', (name) => {
    expect(isDeviceName(name)).toBe(true);
  });

  it.each(['', '.', '..', 'a:b', 'a\tb', 'new%d', 'a'.repeat(16), 'ü'.repeat(8)])('%j is none', (name) => {
    expect(isDeviceName(name)).toBe(false);
  });
});
