import { describe, expect, it } from 'vitest';
import { seccompPlan } from '../../../src/seccomp/profile.ts';
import type { Seccomp } from '../../../src/spec/types.ts';

const plan = (more: Partial<Seccomp>) => seccompPlan({ defaultAction: 'SCMP_ACT_ERRNO', ...more });

describe('actions', () => {
  it.each([
    ['SCMP_ACT_KILL', 0x00000000],
    ['SCMP_ACT_KILL_THREAD', 0x00000000],
    ['SCMP_ACT_KILL_PROCESS', 0x80000000],
    ['SCMP_ACT_TRAP', 0x00030000],
    ['SCMP_ACT_ERRNO', 0x00050001],
    ['SCMP_ACT_NOTIFY', 0x7fc00000],
    ['SCMP_ACT_TRACE', 0x7ff00001],
    ['SCMP_ACT_LOG', 0x7ffc0000],
    ['SCMP_ACT_ALLOW', 0x7fff0000],
  ] as const)('%s', (action, number) => {
    expect(plan({ syscalls: [{ names: ['read'], action }] }).request.rules[0]?.action).toBe(number);
  });

  it('carry errnoRet in ERRNO and TRACE only', () => {
    const actions = (['SCMP_ACT_ERRNO', 'SCMP_ACT_TRACE', 'SCMP_ACT_KILL', 'SCMP_ACT_TRAP'] as const).map((action) => ({
      names: ['read'],
      action,
      errnoRet: 38,
    }));
    expect(plan({ syscalls: actions }).request.rules.map((rule) => rule.action)).toEqual([
      0x50026, 0x7ff00026, 0, 0x30000,
    ]);
    expect(plan({ defaultErrnoRet: 13 }).request.defaultAction).toBe(0x5000d);
    expect(plan({ defaultErrnoRet: 0 }).request.defaultAction).toBe(0x50000);
  });
});

describe('flags', () => {
  it.each([
    [undefined, 4],
    [[], 0],
    [['SECCOMP_FILTER_FLAG_LOG'], 2],
    [['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW', 'SECCOMP_FILTER_FLAG_LOG'], 6],
    [['SECCOMP_FILTER_FLAG_TSYNC'], 0],
    [['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'], 0],
  ] as const)('%j is %s', (flags, number) => {
    expect(plan(flags === undefined ? {} : { flags: [...flags] }).flags).toBe(number);
  });

  it('waits killably only where there is a listener', () => {
    const flags: Seccomp['flags'] = ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'];
    const made = plan({ flags, syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }] });
    expect(made.flags).toBe(40);
  });
});

describe('rules', () => {
  it('take all architectures by their names in libseccomp', () => {
    expect(
      plan({ architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_MIPSEL64N32', 'SCMP_ARCH_LOONGARCH64'] }).request
        .architectures,
    ).toEqual(['x86_64', 'mipsel64n32', 'loongarch64']);
  });

  it('keep comparisons of different arguments together', () => {
    const args = [
      { index: 0, op: 'SCMP_CMP_NE', value: 1 },
      { index: 1, op: 'SCMP_CMP_MASKED_EQ', value: 18446744073709551615n, valueTwo: 2 },
    ] as const;
    expect(
      plan({ syscalls: [{ names: ['a', 'b'], action: 'SCMP_ACT_ALLOW', args: [...args] }] }).request.rules,
    ).toEqual([
      {
        names: ['a', 'b'],
        action: 0x7fff0000,
        args: [
          { index: 0, op: 1, value: 1n, valueTwo: 0n },
          { index: 1, op: 7, value: 18446744073709551615n, valueTwo: 2n },
        ],
      },
    ]);
  });

  it('split when one argument is compared twice: then any may hold', () => {
    const args = [
      { index: 0, op: 'SCMP_CMP_EQ', value: 1 },
      { index: 0, op: 'SCMP_CMP_EQ', value: 2 },
      { index: 1, op: 'SCMP_CMP_GT', value: 3 },
    ] as const;
    const { rules } = plan({ syscalls: [{ names: ['a'], action: 'SCMP_ACT_ALLOW', args: [...args] }] }).request;
    expect(rules.map((rule) => rule.args.map((arg) => [arg.index, arg.op, arg.value]))).toEqual([
      [[0, 4, 1n]],
      [[0, 4, 2n]],
      [[1, 6, 3n]],
    ]);
  });
});

describe('ENOSYS for calls that the profile cannot know', () => {
  it.each([
    ['SCMP_ACT_ERRNO', undefined, true],
    ['SCMP_ACT_ERRNO', 1, true],
    ['SCMP_ACT_ERRNO', 38, false],
    ['SCMP_ACT_KILL', undefined, true],
    ['SCMP_ACT_KILL_PROCESS', 38, true],
    ['SCMP_ACT_TRAP', undefined, true],
    ['SCMP_ACT_ALLOW', undefined, false],
    ['SCMP_ACT_LOG', undefined, false],
    ['SCMP_ACT_TRACE', undefined, false],
  ] as const)('%s with %s: %s', (defaultAction, data, enosys) => {
    expect(plan({ defaultAction, ...(data === undefined ? {} : { defaultErrnoRet: data }) }).request.enosys).toBe(
      enosys,
    );
  });
});

describe('NOTIFY', () => {
  it('cannot be the default', () => {
    expect(() => plan({ defaultAction: 'SCMP_ACT_NOTIFY' })).toThrow(
      'SCMP_ACT_NOTIFY cannot be used as default action',
    );
  });

  it('cannot be for write, with which the listener is told', () => {
    const syscalls: Seccomp['syscalls'] = [{ names: ['mkdir', 'write'], action: 'SCMP_ACT_NOTIFY' }];
    expect(() => plan({ syscalls })).toThrow('SCMP_ACT_NOTIFY cannot be used for the write syscall');
  });
});
