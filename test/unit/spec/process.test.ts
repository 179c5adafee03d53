import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../../../src/spec/enums.ts';
import { validate } from '../../../src/spec/validate.ts';
import { issuesOf, validateWith, validSpec, warningsOf } from './valid.ts';

const issues = (at: string, value: unknown): string[] => issuesOf(validateWith(validSpec(), at, value));
const warnings = (at: string, value: unknown): string[] => warningsOf(validateWith(validSpec(), at, value));

describe('process', () => {
  it('is demanded, unless it is not to be started', () => {
    const { process: _, ...spec } = validSpec();
    expect(issuesOf(validate(spec))).toEqual(['process: process property must not be empty']);
    expect(issuesOf(validate(spec, { processRequired: false }))).toEqual([]);
  });

  it.each([
    ['process.cwd', '', 'process.cwd: Cwd property must not be empty'],
    ['process.cwd', 'tmp', 'process.cwd: Cwd must be an absolute path'],
    ['process.args', [], 'process.args: args must not be empty'],
    ['process.env', ['A=1', 'PATH'], "process.env[1]: invalid environment variable: missing '='"],
    ['process.env', ['=x'], 'process.env[0]: invalid environment variable: name cannot be empty'],
    ['process.env', [''], "process.env[0]: invalid environment variable: missing '='"],
  ])('%s: %o is refused', (at, value, issue) => {
    expect(issues(at, value)).toEqual([issue]);
  });

  it.each([
    ['process.cwd', '/'],
    ['process.env', ['A=', 'B==', 'C=1', 'C=2', 'K8S.NAME=x y']],
    ['process.env', []],
  ])('%s: %o is taken', (at, value) => {
    expect(issues(at, value)).toEqual([]);
  });

  it('a umask beyond 0777 warns', () => {
    expect(warnings('process.user', { umask: 0o777 })).toEqual([]);
    expect(warnings('process.user', { umask: 0o1777 })).toEqual([
      'process.user.umask: 1023 (octal 1777) has bits beyond 0777, which are ignored',
    ]);
  });
});

describe('rlimits', () => {
  const limit = (type: string, soft: unknown, hard: unknown): object => ({ type, soft, hard });

  it('each type once', () => {
    expect(issues('process.rlimits', [limit('RLIMIT_CORE', 0, 0), limit('RLIMIT_CPU', 1, 1)])).toEqual([]);
    expect(issues('process.rlimits', [limit('RLIMIT_CORE', 0, 0), limit('RLIMIT_CORE', 1, 1)])).toEqual([
      'process.rlimits[1].type: RLIMIT_CORE is given twice',
    ]);
  });

  it.each([
    [1, 1],
    [0, 18446744073709551615n],
    [18446744073709551614n, 18446744073709551615n],
  ])('soft %s under hard %s', (soft, hard) => {
    expect(issues('process.rlimits', [limit('RLIMIT_CORE', soft, hard)])).toEqual([]);
  });

  it.each([
    [2, 1],
    [18446744073709551615n, 18446744073709551614n],
    [9007199254740993n, 9007199254740991],
  ])('soft %s is above hard %s', (soft, hard) => {
    expect(issues('process.rlimits', [limit('RLIMIT_CORE', soft, hard)])).toEqual([
      `process.rlimits[0].soft: the soft limit ${soft} is above the hard limit ${hard}`,
    ]);
  });
});

describe('capabilities', () => {
  it('the 41 known names are silent', () => {
    expect(CAPABILITIES).toHaveLength(41);
    expect(CAPABILITIES[40]).toBe('CAP_CHECKPOINT_RESTORE');
    expect(CAPABILITIES[21]).toBe('CAP_SYS_ADMIN');
    const all = [...CAPABILITIES];
    expect(
      warnings('process.capabilities', {
        bounding: all,
        effective: all,
        inheritable: all,
        permitted: all,
        ambient: all,
      }),
    ).toEqual([]);
  });

  it('an ambient one that is not inheritable warns, as in runc: the kernel refuses it', () => {
    const names = ['CAP_KILL', 'CAP_CHOWN'];
    const verdict = validateWith(validSpec(), 'process.capabilities', { ambient: names, inheritable: ['CAP_CHOWN'] });
    expect(verdict.issues).toEqual([]);
    expect(warningsOf(verdict)).toEqual([
      "process.capabilities.ambient: can't raise ambient capability CAP_KILL: operation not permitted",
    ]);
  });

  it('unknown names warn once, in one line, and are no issue', () => {
    const verdict = validateWith(validSpec(), 'process.capabilities', {
      bounding: ['CAP_KILL', 'CAP_FLY'],
      ambient: ['CAP_FLY', 'kill'],
    });
    expect(verdict.issues).toEqual([]);
    expect(warningsOf(verdict)).toEqual([
      'process.capabilities: ignoring unknown or unavailable capabilities: [CAP_FLY kill]',
    ]);
  });

  it('many unknown names are counted', () => {
    const names = Array.from({ length: 20 }, (_, i) => `CAP_${i}`);
    expect(warnings('process.capabilities', { bounding: names })[0]).toMatch(/CAP_7 and 12 more\]$/);
  });
});

describe('scheduler', () => {
  it.each([
    { policy: 'SCHED_OTHER', nice: -20 },
    { policy: 'SCHED_BATCH', nice: 19 },
    { policy: 'SCHED_FIFO', priority: 1, flags: ['SCHED_FLAG_RESET_ON_FORK'] },
    { policy: 'SCHED_RR', priority: 99 },
    { policy: 'SCHED_IDLE' },
    { policy: 'SCHED_DEADLINE', runtime: 1000000, deadline: 2000000, period: 3000000 },
    { policy: 'SCHED_DEADLINE', runtime: 1000000, deadline: 2000000 },
  ])('%o is taken', (scheduler) => {
    expect(issues('process.scheduler', scheduler)).toEqual([]);
  });

  it.each([
    [{ nice: 1 }, 'process.scheduler.policy: scheduler policy is required'],
    [
      { policy: 'SCHED_OTHER', nice: 20 },
      'process.scheduler.nice: invalid scheduler.nice: 20 when scheduler.policy is SCHED_OTHER',
    ],
    [
      { policy: 'SCHED_BATCH', nice: -21 },
      'process.scheduler.nice: invalid scheduler.nice: -21 when scheduler.policy is SCHED_BATCH',
    ],
    [
      { policy: 'SCHED_OTHER', priority: 1 },
      'process.scheduler.priority: scheduler.priority can only be specified for SchedFIFO or SchedRR policy',
    ],
    [{ policy: 'SCHED_FIFO' }, 'process.scheduler.priority: must be from 1 to 99 for SCHED_FIFO, got 0'],
    [{ policy: 'SCHED_RR', priority: 100 }, 'process.scheduler.priority: must be from 1 to 99 for SCHED_RR, got 100'],
    [
      { policy: 'SCHED_OTHER', runtime: 5 },
      'process.scheduler: scheduler runtime/deadline/period can only be specified for SchedDeadline policy',
    ],
    [
      { policy: 'SCHED_DEADLINE', runtime: 3, deadline: 2 },
      'process.scheduler: runtime 3 is longer than the deadline 2',
    ],
    [
      { policy: 'SCHED_DEADLINE', runtime: 1, deadline: 3, period: 2 },
      'process.scheduler: deadline 3 is longer than the period 2',
    ],
  ])('%o is refused', (scheduler, issue) => {
    expect(issues('process.scheduler', scheduler)).toEqual([issue]);
  });
});

describe('execCPUAffinity', () => {
  it.each([{}, { initial: '0' }, { initial: '0-3,7', final: '' }, { final: ' 1, 2 ' }])('%o is taken', (affinity) => {
    expect(issues('process.execCPUAffinity', affinity)).toEqual([]);
  });

  it.each([
    [{ initial: 'a' }, 'process.execCPUAffinity.initial: "a" is not a number'],
    [{ final: '3-1' }, 'process.execCPUAffinity.final: the range 3-1 is empty'],
    [{ final: '0-99999' }, 'process.execCPUAffinity.final: numbers above 65535 are not supported'],
  ])('%o is refused', (affinity, issue) => {
    expect(issues('process.execCPUAffinity', affinity)).toEqual([issue]);
  });
});
