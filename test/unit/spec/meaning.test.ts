// Rules that stand for themselves: version, root, mounts, hooks, devices, resources, seccomp, hardware.
import { describe, expect, it } from 'vitest';
import type { NamespaceType } from '../../../src/spec/types.ts';
import { type Context, validate } from '../../../src/spec/validate.ts';
import { issuesOf, validateWith, validSpec, warningsOf } from './valid.ts';

const all: NamespaceType[] = ['pid', 'network', 'mount', 'ipc', 'uts'];
const issues = (at: string, value: unknown, context?: Context): string[] =>
  issuesOf(validateWith(validSpec(...all), at, value, context));
const warnings = (at: string, value: unknown): string[] => warningsOf(validateWith(validSpec(...all), at, value));

describe('ociVersion', () => {
  it.each(['1.0.0', '1.0.2-dev', '1.1.0+dev', '1.3.0', '1.0.0-rc5', '1.2.1-rc.1+build.5'])('%s is taken', (version) => {
    expect(issues('ociVersion', version)).toEqual([]);
    expect(warnings('ociVersion', version)).toEqual([]);
  });

  it.each(['2.0.0', '0.9.0', '10.0.0'])('%s is refused', (version) => {
    expect(issues('ociVersion', version)).toEqual([
      `ociVersion: version ${version} of the specification is not supported, only 1.x`,
    ]);
  });

  it.each(['', '1', '1.0', 'v1.0.0', '1.0.0 ', '1.x.0', 'latest', '1.0.0-', '1.99999999999.0'])(
    '%j is no version',
    (version) => {
      expect(issues('ociVersion', version)).toEqual([
        `ociVersion: ${JSON.stringify(version)} is not a version such as 1.3.0`,
      ]);
    },
  );

  it('a newer minor version warns', () => {
    expect(issues('ociVersion', '1.4.0')).toEqual([]);
    expect(warnings('ociVersion', '1.4.0')).toEqual([
      'ociVersion: 1.4.0 is newer than 1.3: settings it added are ignored',
    ]);
  });
});

describe('root and mounts', () => {
  it("of a rootless container have no owner that is not mapped, in runc's words", () => {
    const words =
      'cannot specify gid=5 mount option for rootless container: user namespaces enabled, but no mapping found for gid 5';
    const owned = (options: string[], rootless: boolean) => {
      const spec = validSpec('user');
      const ids = [{ containerID: 0, hostID: 1000, size: 3 }];
      Object.assign(spec.linux ?? {}, { uidMappings: ids, gidMappings: ids });
      return issuesOf(validateWith(spec, 'mounts', [{ destination: '/a', options }], { rootless }));
    };
    expect(owned(['gid=5'], true)).toContain(`mounts[0].options: ${words}`);
    expect(owned(['gid=2', 'uid=0', 'uid=x', 'mode=620'], true).join()).not.toContain('mounts');
    expect(owned(['gid=5'], false).join()).not.toContain('mounts');
  });

  it('root.path is not empty', () => {
    expect(issues('root', { path: 'rootfs' })).toEqual([]);
    expect(issues('root', { path: '' })).toEqual(['root.path: must not be empty']);
  });

  it('destinations are absolute', () => {
    expect(warnings('mounts', [{ destination: '/a' }])).toEqual([]);
    expect(issues('mounts', [{ destination: 'a' }])).toEqual([]);
    expect(warnings('mounts', [{ destination: '/a' }, { destination: 'a' }])).toEqual([
      'mounts[1].destination: relative destination path is **deprecated**, using it as relative to /',
    ]);
    expect(issues('mounts', [{ destination: '' }])).toEqual(['mounts[0].destination: must not be empty']);
  });

  it('mappings of a mount come in pairs', () => {
    const ids = [{ containerID: 0, hostID: 5, size: 1 }];
    expect(issues('mounts', [{ destination: '/a', uidMappings: ids, gidMappings: ids }])).toEqual([]);
    expect(issues('mounts', [{ destination: '/a', uidMappings: [], gidMappings: [] }])).toEqual([]);
    expect(issues('mounts', [{ destination: '/a', uidMappings: ids }])).toEqual([
      'mounts[0]: id-mapped mounts must have both uid and gid mappings specified',
    ]);
    expect(issues('mounts', [{ destination: '/a', uidMappings: [...ids, ...ids], gidMappings: ids }])).toEqual([
      'mounts[0].uidMappings[1].containerID: the range overlaps with mounts[0].uidMappings[0]',
      'mounts[0].uidMappings[1].hostID: the range overlaps with mounts[0].uidMappings[0]',
    ]);
  });

  it('mappings of a mount need privileges', () => {
    const ids = [{ containerID: 0, hostID: 5, size: 1 }];
    const spec = validSpec();
    spec.linux = { namespaces: [{ type: 'user', path: '/u' }] };
    const verdict = validateWith(spec, 'mounts', [{ destination: '/a', uidMappings: ids, gidMappings: ids }], {
      rootless: true,
    });
    expect(issuesOf(verdict)).toEqual(['mounts[0]: id-mapped mounts are not supported for rootless containers']);
  });
});

describe('hooks', () => {
  it.each(['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'])('%s', (kind) => {
    expect(issues('hooks', { [kind]: [{ path: '/bin/a', args: ['a'], env: ['A=b'], timeout: 1 }] })).toEqual([]);
    expect(issues('hooks', { [kind]: [{ path: 'bin/a' }] })).toEqual([
      `hooks.${kind}[0].path: must be an absolute path`,
    ]);
    expect(issues('hooks', { [kind]: [{ path: '/a', timeout: 0 }] })).toEqual([
      `hooks.${kind}[0].timeout: must be from 1 to 2147483647, got 0`,
    ]);
  });
});

describe('devices', () => {
  it('paths are absolute', () => {
    expect(issues('linux.devices', [{ type: 'p', path: '/dev/p' }])).toEqual([]);
    expect(issues('linux.devices', [{ type: 'c', path: 'dev/x', major: 1, minor: 3 }])).toEqual([
      'linux.devices[0].path: must be an absolute path',
    ]);
  });
});

describe('resources', () => {
  it.each([
    {
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'a', access: 'm' },
      ],
    },
    {
      hugepageLimits: [
        { pageSize: '64KB', limit: 0 },
        { pageSize: '1GB', limit: 18446744073709551615n },
      ],
    },
    { unified: { 'memory.high': 'max', 'hugetlb.1GB.max': '0' } },
    { rdma: { mlx5_1: { hcaHandles: 3 } } },
    { pids: { limit: -1 } },
    { pids: {} },
  ])('%o are taken', (resources) => {
    expect(issues('linux.resources', resources)).toEqual([]);
  });

  it.each([
    [{ devices: [{ allow: true }] }, 'devices[0].access: device access at 0 field cannot be empty'],
    [{ devices: [{ allow: true, access: 'rx' }] }, 'devices[0].access: must be letters of rwm, got "rx"'],
    [
      { hugepageLimits: [{ pageSize: '../x', limit: 1 }] },
      'hugepageLimits[0].pageSize: must be a size such as 2MB, got "../x"',
    ],
    [
      { hugepageLimits: [{ pageSize: '2M', limit: 1 }] },
      'hugepageLimits[0].pageSize: must be a size such as 2MB, got "2M"',
    ],
    [{ unified: { 'a/b.c': '1' } }, 'unified["a/b.c"]: unified resource "a/b.c" must be a file name (no slashes)'],
    [
      { unified: { memory: '1' } },
      'unified.memory: unified resource "memory" must be in the form CONTROLLER.PARAMETER',
    ],
    [{ unified: { '.x': '1' } }, 'unified[".x"]: unified resource ".x" must be in the form CONTROLLER.PARAMETER'],
    [{ rdma: { 'a b': {} } }, 'rdma["a b"]: is not a device name'],
  ])('%o are refused', (resources, issue) => {
    expect(issues('linux.resources', resources)).toEqual([`linux.resources.${issue}`]);
  });

  it.each(['kernel', 'kernelTCP'])('memory.%s warns', (key) => {
    expect(warnings('linux.resources', { memory: { [key]: 1 } })).toEqual([
      'linux.resources.memory.kernel: Kernel memory settings are ignored and will be removed',
    ]);
  });
});

describe('seccomp', () => {
  const notify = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' };

  it.each([
    { defaultAction: 'SCMP_ACT_ALLOW' },
    { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38, flags: [] },
    {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: '/s',
      syscalls: [notify, { names: ['read'], action: 'SCMP_ACT_NOTIFY' }],
    },
    { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['write'], action: 'SCMP_ACT_LOG' }] },
    {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        {
          names: ['clone'],
          action: 'SCMP_ACT_ERRNO',
          args: [{ index: 5, value: 18446744073709551615n, op: 'SCMP_CMP_EQ' }],
        },
      ],
    },
  ])('%o is taken', (seccomp) => {
    expect(issues('linux.seccomp', seccomp)).toEqual([]);
  });

  it.each([
    [{ syscalls: [{ names: ['a'], action: 'SCMP_ACT_ALLOW' }] }, 'defaultAction: is required'],
    [{ defaultAction: 'SCMP_ACT_NOTIFY' }, 'defaultAction: SCMP_ACT_NOTIFY cannot be used as default action'],
    [
      { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [notify] },
      'listenerPath: seccomp listenerPath is not set, and SCMP_ACT_NOTIFY needs it',
    ],
    [
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: '/s',
        syscalls: [{ names: ['read', 'write'], action: 'SCMP_ACT_NOTIFY' }],
      },
      'syscalls[0]: SCMP_ACT_NOTIFY cannot be used for the write syscall',
    ],
    [
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['a'], action: 'SCMP_ACT_ALLOW', args: [{ index: 6, value: 0, op: 'SCMP_CMP_EQ' }] }],
      },
      'syscalls[0].args[0].index: must be from 0 to 5, got 6',
    ],
    [
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['a'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 0, op: '==' }] }],
      },
      'syscalls[0].args[0].op: unknown value "==", must be one of SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ',
    ],
  ])('%o is refused', (seccomp, issue) => {
    expect(issues('linux.seccomp', seccomp)).toEqual([`linux.seccomp.${issue}`]);
  });

  it.each([{}, { defaultAction: '' }, { defaultAction: null, syscalls: [] }, { syscalls: null }])(
    '%o means off',
    (seccomp) => {
      const { value, issues: found } = validateWith(validSpec(), 'linux.seccomp', seccomp);
      expect(found).toEqual([]);
      expect(value?.linux).toEqual({ namespaces: [] });
    },
  );

  it('an empty list of names and metadata without a listener warn', () => {
    const seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerMetadata: 'x',
      syscalls: [{ names: [], action: 'SCMP_ACT_LOG' }],
    };
    expect(warnings('linux.seccomp', seccomp)).toEqual([
      'linux.seccomp.syscalls[0].names: is empty, the rule does nothing',
      'linux.seccomp.listenerMetadata: means nothing without listenerPath',
    ]);
  });
});

describe('intelRdt', () => {
  it.each([
    {},
    { closID: '/' },
    { closID: 'a' },
    { memBwSchema: 'MB:0=20' },
    { l3CacheSchema: 'L3:0=f', schemata: ['MB:0=1'] },
  ])('%o is taken', (rdt) => {
    expect(issues('linux.intelRdt', rdt)).toEqual([]);
  });

  it.each([
    [{ closID: '..' }, 'closID: invalid intelRdt.ClosID ".."'],
    [{ closID: '.' }, 'closID: invalid intelRdt.ClosID "."'],
    [{ closID: 'a/b' }, 'closID: invalid intelRdt.ClosID "a/b"'],
    [{ memBwSchema: 'L3:0=1' }, 'memBwSchema: must be one line that begins with MB:'],
    [{ memBwSchema: 'MB:0=1\nL3:0=1' }, 'memBwSchema: must be one line that begins with MB:'],
  ])('%o is refused', (rdt, issue) => {
    expect(issues('linux.intelRdt', rdt)).toEqual([`linux.intelRdt.${issue}`]);
  });
});

describe('memoryPolicy and personality', () => {
  it.each([
    { mode: 'MPOL_DEFAULT' },
    { mode: 'MPOL_LOCAL', nodes: '' },
    { mode: 'MPOL_PREFERRED' },
    { mode: 'MPOL_BIND', nodes: '0-1', flags: ['MPOL_F_STATIC_NODES'] },
  ])('%o is taken', (policy) => {
    expect(issues('linux.memoryPolicy', policy)).toEqual([]);
  });

  it.each([
    [{ mode: 'MPOL_DEFAULT', nodes: '0-2' }, 'nodes: memory policy mode requires 0 nodes but got 3'],
    [{ mode: 'MPOL_BIND', nodes: '' }, 'nodes: memory policy mode requires at least one node but got 0'],
    [{ mode: 'MPOL_INTERLEAVE', nodes: 'x' }, 'nodes: invalid memory policy nodes "x": "x" is not a number'],
    [
      { mode: 'MPOL_BIND', nodes: '1024' },
      'nodes: invalid memory policy nodes "1024": numbers above 1023 are not supported',
    ],
    [{ nodes: '0' }, 'mode: invalid memory policy mode ""'],
  ])('%o is refused', (policy, issue) => {
    expect(issues('linux.memoryPolicy', policy)).toEqual([`linux.memoryPolicy.${issue}`]);
  });

  it('flags of the personality warn', () => {
    expect(warnings('linux.personality', { domain: 'LINUX32' })).toEqual([]);
    expect(warnings('linux.personality', { domain: 'LINUX', flags: ['X'] })).toEqual([
      'linux.personality.flags: ignoring unsupported personality flags: "X"',
    ]);
  });
});

describe('several problems', () => {
  it('are reported together, form and meaning; a part of bad form hides only what reads it', () => {
    const spec = {
      ...validSpec(),
      ociVersion: '2.0.0',
      hostname: 'x',
      mounts: 'none',
      process: { args: [], cwd: '/' },
    };
    expect(issuesOf(validate(spec))).toEqual([
      'mounts: must be an array, got "none"',
      'ociVersion: version 2.0.0 of the specification is not supported, only 1.x',
      'process.args: args must not be empty',
      'hostname: unable to set hostname without a private UTS namespace',
    ]);
  });
});
