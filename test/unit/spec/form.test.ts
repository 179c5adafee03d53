// What the table checks: types, ranges, words, required members, counts.
import { describe, expect, it } from 'vitest';
import { validate, validateResources } from '../../../src/spec/validate.ts';
import { validateProcess } from '../../../src/spec/validate-process.ts';
import { issuesOf, issuesOfText, validateWith, validSpec } from './valid.ts';

const all = ['pid', 'network', 'mount', 'ipc', 'uts', 'cgroup'] as const;
const issues = (at: string, value: unknown): string[] => issuesOf(validateWith(validSpec(...all), at, value));

describe('types', () => {
  it.each([
    ['hostname', 5, 'hostname: must be a string, got 5'],
    ['root.readonly', 'yes', 'root.readonly: must be true or false, got "yes"'],
    ['process', [], 'process: must be an object, got an array'],
    ['mounts', {}, 'mounts: must be an array, got an object'],
    ['mounts', [7], 'mounts[0]: must be an object, got 7'],
    ['process.args', ['a', null], 'process.args[1]: must be a string, got null'],
    ['process.user', { uid: '0' }, 'process.user.uid: must be a whole number, got "0"'],
    ['process.user', { uid: 1.5 }, 'process.user.uid: must be a whole number, got 1.5'],
    ['process.user', { uid: 1e300 }, 'process.user.uid: must be a whole number, got 1e+300'],
    ['process.user', { uid: Number.NaN }, 'process.user.uid: must be a whole number, got NaN'],
    ['process.user', { uid: true }, 'process.user.uid: must be a whole number, got true'],
    ['process.user', { uid: 5n }, 'process.user.uid: must be a number, got a bigint'],
    ['annotations', { 'a.b/c': 1 }, 'annotations["a.b/c"]: must be a string, got 1'],
    ['hostname', () => 1, 'hostname: must be a string, got a function'],
  ])('%s: %o', (at, value, issue) => {
    expect(issues(at, value)).toEqual([issue]);
  });

  it.each([
    ['null', '.: must be an object, got null'],
    ['[]', '.: must be an object, got an array'],
    ['"x"', '.: must be an object, got "x"'],
    ['18446744073709551615', '.: must be an object, got 18446744073709551615'],
  ])('the document %s', (text, issue) => {
    expect(issuesOfText(text)).toEqual([issue]);
  });

  it('names a place deep in lists', () => {
    const hooks = { poststop: [{ path: '/a' }, { path: '/b', env: ['A=b', 3] }] };
    expect(issues('hooks', hooks)).toEqual(['hooks.poststop[1].env[1]: must be a string, got 3']);
  });

  it('shortens and escapes what it repeats', () => {
    const [issue] = issues('process.terminal', `\n${'x'.repeat(500)}`);
    expect(issue).toMatch(/^process\.terminal: must be true or false, got "\\nx{79}…"$/);
  });
});

describe('ranges', () => {
  it.each([
    ['process.user', { uid: 4294967294, gid: 4294967294, additionalGids: [4294967294] }],
    ['process.rlimits', [{ type: 'RLIMIT_CORE', soft: 0, hard: 18446744073709551615n }]],
    ['linux.resources', { memory: { limit: -9223372036854775808n, swap: 9223372036854775807n } }],
    ['linux.resources', { devices: [{ allow: true, major: -1, minor: -1, access: 'r' }] }],
    ['process.oomScoreAdj', -1000],
    ['process.consoleSize', { height: 65535, width: 0 }],
    ['linux.devices', [{ type: 'c', path: '/dev/x', major: 4095, minor: 1048575, fileMode: 69206416 }]],
  ])('%s: %o is in range', (at, value) => {
    expect(issues(at, value)).toEqual([]);
  });

  it.each([
    ['process.user', { uid: 4294967295 }, 'process.user.uid: must be from 0 to 4294967294, got 4294967295'],
    ['process.user', { gid: -1 }, 'process.user.gid: must be from 0 to 4294967294, got -1'],
    [
      'process.user',
      { additionalGids: [2 ** 32] },
      'process.user.additionalGids[0]: must be from 0 to 4294967294, got 4294967296',
    ],
    ['process.user', { uid: 2n ** 70n }, `process.user.uid: must be from 0 to 4294967294, got ${2n ** 70n}`],
    [
      'process.rlimits',
      [{ type: 'RLIMIT_CORE', soft: -1, hard: 1 }],
      'process.rlimits[0].soft: must be from 0 to 18446744073709551615, got -1',
    ],
    [
      'process.rlimits',
      [{ type: 'RLIMIT_CORE', soft: 0, hard: 2n ** 64n }],
      'process.rlimits[0].hard: must be from 0 to 18446744073709551615, got 18446744073709551616',
    ],
    [
      'linux.resources',
      { memory: { limit: 2n ** 63n } },
      'linux.resources.memory.limit: must be from -9223372036854775808 to 9223372036854775807, got 9223372036854775808',
    ],
    ['process.oomScoreAdj', 1001, 'process.oomScoreAdj: must be from -1000 to 1000, got 1001'],
    [
      'process.consoleSize',
      { height: 65536, width: 1 },
      'process.consoleSize.height: must be from 0 to 65535, got 65536',
    ],
    [
      'linux.resources',
      { blockIO: { weight: 70000 } },
      'linux.resources.blockIO.weight: must be from 0 to 65535, got 70000',
    ],
    [
      'linux.devices',
      [{ type: 'c', path: '/dev/x', major: 4096 }],
      'linux.devices[0].major: must be from 0 to 4095, got 4096',
    ],
    [
      'process.ioPriority',
      { class: 'IOPRIO_CLASS_BE', priority: 8 },
      'process.ioPriority.priority: must be from 0 to 7, got 8',
    ],
  ])('%s: %o is out of range', (at, value, issue) => {
    expect(issues(at, value)).toEqual([issue]);
  });
});

describe('words', () => {
  it.each([
    [
      'linux.namespaces',
      [{ type: 'net' }],
      'linux.namespaces[0].type: unknown value "net", must be one of pid, network, mount, ipc, uts, user, cgroup, time',
    ],
    [
      'linux.rootfsPropagation',
      'public',
      'linux.rootfsPropagation: unknown value "public", must be one of private, rprivate, shared, rshared, slave, rslave, unbindable, runbindable',
    ],
    [
      'linux.devices',
      [{ type: 'x', path: '/dev/x' }],
      'linux.devices[0].type: unknown value "x", must be one of c, b, u, p',
    ],
    [
      'linux.personality',
      { domain: 'BSD' },
      'linux.personality.domain: unknown value "BSD", must be one of LINUX, LINUX32',
    ],
    [
      'process.ioPriority',
      { class: 'BEST' },
      'process.ioPriority.class: unknown value "BEST", must be one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE',
    ],
    [
      'linux.resources',
      { devices: [{ allow: true, type: 'd', access: 'r' }] },
      'linux.resources.devices[0].type: unknown value "d", must be one of a, b, c',
    ],
  ])('%s: %o is refused', (at, value, issue) => {
    expect(issues(at, value)).toEqual([issue]);
  });

  it.each([
    ['process.scheduler.policy', 'process.scheduler', { policy: 'SCHED_FAST' }],
    ['process.scheduler.flags[0]', 'process.scheduler', { policy: 'SCHED_OTHER', flags: ['X'] }],
    ['process.rlimits[0].type', 'process.rlimits', [{ type: 'RLIMIT_FOO', soft: 0, hard: 0 }]],
    ['linux.memoryPolicy.mode', 'linux.memoryPolicy', { mode: 'MPOL_X' }],
    ['linux.memoryPolicy.flags[0]', 'linux.memoryPolicy', { mode: 'MPOL_LOCAL', flags: ['X'] }],
    ['linux.seccomp.defaultAction', 'linux.seccomp', { defaultAction: 'SCMP_ACT_X' }],
    ['linux.seccomp.architectures[0]', 'linux.seccomp', { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['X'] }],
    ['linux.seccomp.flags[0]', 'linux.seccomp', { defaultAction: 'SCMP_ACT_ALLOW', flags: ['X'] }],
  ])('%s must be a known word', (path, at, value) => {
    const found = issues(at, value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/(unknown value|invalid memory policy (mode|flag)) "\w+", must be one of /);
    expect(found[0]?.startsWith(`${path}: `)).toBe(true);
  });

  it('prototype names are not words', () => {
    expect(issues('linux.rootfsPropagation', 'toString')).toHaveLength(1);
  });
});

describe('required members', () => {
  it('may differ in case, as for the decoder of Go', () => {
    const limit = { pagesize: '2MB', limit: 2097152 };
    expect(issues('linux.resources', { hugepageLimits: [limit] })).toEqual([]);
    expect(limit).toMatchObject({ pageSize: '2MB' });
    expect(issues('linux.resources', { hugepageLimits: [{ pagesize: null, limit: 0 }] })).toEqual([
      'linux.resources.hugepageLimits[0].pageSize: is required',
    ]);
  });

  it('are all named at once', () => {
    expect(
      issuesOf(validate({ process: {}, mounts: [{}], linux: { namespaces: [{}], devices: [{}], personality: {} } })),
    ).toEqual([
      'ociVersion: is required',
      'root: root must be specified',
      'process.args: args must not be empty',
      'process.cwd: Cwd property must not be empty',
      'mounts[0].destination: is required',
      'linux.namespaces[0].type: is required',
      'linux.devices[0].type: is required',
      'linux.devices[0].path: is required',
      'linux.personality.domain: is required',
    ]);
  });

  it('are looked for in the value only, not in its prototype', () => {
    const spec = Object.assign(Object.create({ ociVersion: '1.0.0' }), {
      root: { path: 'r' },
      process: { args: ['a'], cwd: '/' },
    });
    expect(issuesOf(validate(spec))).toEqual(['ociVersion: is required']);
  });
});

describe("what Go's decoder takes for absent", () => {
  it('null members are removed', () => {
    const spec = { ...validSpec('pid'), hostname: null, hooks: null, mounts: [{ destination: '/a', options: null }] };
    const { value } = validate(spec);
    expect(value).toEqual({ ...validSpec('pid'), mounts: [{ destination: '/a' }] });
    expect(Object.keys(value ?? {})).not.toContain('hooks');
  });

  it('a required member that is null is missing', () => {
    expect(issuesOf(validate({ ...validSpec(), root: null }))).toEqual(['root: root must be specified']);
  });

  it('empty enum words are removed', () => {
    expect(validateWith(validSpec(), 'linux.rootfsPropagation', '').value?.linux).toEqual({ namespaces: [] });
  });

  it('a frozen value with null in it is refused, not changed', () => {
    expect(issuesOf(validate(Object.freeze({ ...validSpec(), hostname: null })))).toEqual([
      'hostname: must be a string, got null',
    ]);
  });
});

describe('members nobody knows', () => {
  it('are ignored, whatever they hold', () => {
    const spec = {
      ...validSpec(),
      windows: 5,
      linux: { namespaces: [], future: { deep: [1, null] } },
      hooks: { later: [null] },
    };
    expect(issuesOf(validate(spec))).toEqual([]);
  });
});

describe('NUL bytes', () => {
  it.each([
    ['process.cwd', '/a\0b', 'process.cwd: contains a NUL byte'],
    ['root.path', 'root\0fs', 'root.path: contains a NUL byte'],
    ['process.env', ['A=b\0'], 'process.env[0]: contains a NUL byte'],
    ['annotations', { 'a\0': 'x' }, 'annotations["a\\u0000"]: the name contains a NUL byte'],
  ])('in %s are refused', (at, value, issue) => {
    expect(issues(at, value)).toEqual([issue]);
  });

  it.each(['source', 'destination', 'type'])('in a mount %s are refused', (key) => {
    const mount = { destination: '/d', type: 't', source: 's', [key]: '/x\0y' };
    expect(issues('mounts', [mount])).toEqual([`mounts[0].${key}: contains a NUL byte`]);
  });
});

describe('counts', () => {
  const mappings = (count: number): unknown[] =>
    Array.from({ length: count }, (_, i) => ({ containerID: i, hostID: 1000 + i, size: 1 }));

  it('200,000 mounts are one clear line', () => {
    const mounts = new Array(200_000).fill({ destination: '/x' });
    expect(issues('mounts', mounts)).toEqual(['mounts: 200000 entries, at most 10000 are supported']);
  });

  it.each([
    ['process.env', new Array(100_001).fill('A=b'), 'process.env: 100001 entries, at most 100000 are supported'],
    [
      'process.user',
      { additionalGids: new Array(65_537).fill(0) },
      'process.user.additionalGids: 65537 entries, at most 65536 are supported',
    ],
    [
      'mounts',
      [{ destination: '/a', uidMappings: mappings(341), gidMappings: mappings(1) }],
      'mounts[0].uidMappings: 341 entries, at most 340 are supported',
    ],
    [
      'linux.sysctl',
      Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`net.a${i}`, '1'])),
      'linux.sysctl: 10001 entries, at most 10000 are supported',
    ],
  ])('too many in %s', (at, value, issue) => {
    expect(issues(at, value)).toEqual([issue]);
  });

  it('10,000 mounts and 100,000 variables are fine', () => {
    const spec = { ...validSpec(), mounts: new Array(10_000).fill({ destination: '/x' }) };
    spec.process.env = new Array(100_000).fill('A=b');
    expect(issuesOf(validate(spec))).toEqual([]);
  });
});

describe('parts of a configuration', () => {
  it('a process, as `exec --process` reads it', () => {
    expect(validateProcess({ args: ['sh'], cwd: '/' }).value).toEqual({ args: ['sh'], cwd: '/' });
    expect(issuesOf(validateProcess({ args: [], cwd: 'tmp', user: { uid: -1 } }))).toEqual([
      'user.uid: must be from 0 to 4294967294, got -1',
    ]);
    expect(issuesOf(validateProcess({ args: [], cwd: 'tmp' }))).toEqual([
      'cwd: Cwd must be an absolute path',
      'args: args must not be empty',
    ]);
    expect(issuesOf(validateProcess(null))).toEqual(['.: must be an object, got null']);
  });

  it('resources, as `update --resources` reads them', () => {
    expect(validateResources({ pids: { limit: 5 } }).value).toEqual({ pids: { limit: 5 } });
    expect(issuesOf(validateResources({ pids: { limit: '5' } }))).toEqual([
      'pids.limit: must be a whole number, got "5"',
    ]);
    expect(issuesOf(validateResources({ unified: { 'a/b': '1' } }))).toEqual([
      'unified["a/b"]: unified resource "a/b" must be a file name (no slashes)',
    ]);
  });
});
