import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../src/host/native.ts';
import { seccompPlan } from '../../../src/seccomp/profile.ts';
import type { Seccomp, SeccompAction, SeccompArg } from '../../../src/spec/types.ts';
import { runFilter } from './bpf.ts';
import { AARCH64, ABIS, I386, X32_BIT, X86_64 } from './numbers.ts';

const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const ENOSYS = ERRNO + 38;
const EPERM = ERRNO + 1;
const KILL = 0;

const compile = (seccomp: Seccomp) => native.compileSeccomp(seccompPlan(seccomp).request);
const profile = (name: string): Seccomp =>
  JSON.parse(readFileSync(new URL(`../../fixtures/configs/${name}.json`, import.meta.url), 'utf8')).linux.seccomp;

function holds({ index, op, value, valueTwo = 0 }: SeccompArg, args: readonly bigint[]): boolean {
  const [actual, wanted, second] = [args[index] ?? 0n, BigInt(value), BigInt(valueTwo)];
  const results = {
    SCMP_CMP_NE: actual !== wanted,
    SCMP_CMP_LT: actual < wanted,
    SCMP_CMP_LE: actual <= wanted,
    SCMP_CMP_EQ: actual === wanted,
    SCMP_CMP_GE: actual >= wanted,
    SCMP_CMP_GT: actual > wanted,
    SCMP_CMP_MASKED_EQ: (actual & wanted) === second,
  };
  return results[op];
}

/** What the profile says about a call, read rule by rule. */
function expected(seccomp: Seccomp, numbers: ReadonlyMap<string, number>, nr: number, args: readonly bigint[]): number {
  const number = (action: SeccompAction, data?: number) =>
    ({ SCMP_ACT_ALLOW: ALLOW, SCMP_ACT_ERRNO: ERRNO + (data ?? 1), SCMP_ACT_KILL: KILL })[action as 'SCMP_ACT_ALLOW'];
  const known = (seccomp.syscalls ?? []).flatMap((rule) => rule.names.map((name) => numbers.get(name) ?? 0));
  if (seccomp.defaultErrnoRet !== 38 && nr > Math.max(...known)) return ENOSYS;
  const rules = (seccomp.syscalls ?? []).filter((rule) => rule.names.some((name) => numbers.get(name) === nr));
  for (const rule of rules) {
    const { args: comparisons = [] } = rule;
    const either = new Set(comparisons.map((one) => one.index)).size < comparisons.length;
    const matches = either ? comparisons.some((one) => holds(one, args)) : comparisons.every((one) => holds(one, args));
    if (matches) return number(rule.action, rule.errnoRet);
  }
  return number(seccomp.defaultAction, seccomp.defaultErrnoRet);
}

const ARGUMENTS = [
  [0n, 0n],
  [0xffffffffn, 0n],
  [8n, 8n],
  [40n, 1n],
  [0x20000n, 0n],
  [0x10000000n, 1n],
  [0x7e020000n, 0n],
  [16n, 2n],
];

describe.each(['docker-default', 'podman-default', 'kubernetes-workload', 'crio-container'])(
  'the profile of %s',
  (name) => {
    const seccomp = profile(name);
    const { filter, unknown } = compile(seccomp);

    it('fits into the kernel and knows its calls', () => {
      expect(filter.length % 8).toBe(0);
      expect(filter.length / 8).toBeLessThan(4096);
      expect(unknown.length).toBeLessThan(20); // calls that are newer than libseccomp 2.5.4
    });

    it.each(ABIS)(
      'answers every call of $name, and numbers beyond, as its rules say',
      ({ name: abi, arch, numbers }) => {
        // libseccomp unfolds these two; both are allowed as a whole by every profile here.
        const folded = abi === 'x86' ? [numbers.get('socketcall'), numbers.get('ipc')] : [];
        // Calls that the library cannot resolve are no rules for it.
        const resolvable = {
          ...seccomp,
          syscalls: seccomp.syscalls?.map((rule) => ({
            ...rule,
            names: rule.names.filter((one) => !unknown.includes(one)),
          })),
        };
        const start = abi === 'x32' ? X32_BIT : 0;
        let answers = 0;
        const seen = new Set<number>();
        for (let nr = start; nr < start + 700; nr++) {
          if (folded.includes(nr)) continue;
          for (const args of ARGUMENTS) {
            const answer = runFilter(filter, { arch, nr, args });
            expect([nr, args, answer]).toEqual([nr, args, expected(resolvable as Seccomp, numbers, nr, args)]);
            seen.add(answer);
            answers++;
          }
        }
        expect(answers).toBeGreaterThan(5000);
        expect(seen.size).toBeGreaterThan(1);
      },
    );

    it('kills what comes from an architecture that it does not name', () => {
      expect(runFilter(filter, { arch: AARCH64, nr: 63 })).toBe(KILL);
    });
  },
);

describe('the ENOSYS rule', () => {
  const rules = (action: SeccompAction, names: string[]): Seccomp => ({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [{ names, action }],
  });

  it('begins above the largest call of the profile', () => {
    const { filter } = compile(rules('SCMP_ACT_ALLOW', ['read', 'mkdir']));
    const mkdir = 83;
    expect([0, 1, mkdir, mkdir + 1, 500].map((nr) => runFilter(filter, { arch: X86_64, nr }))).toEqual([
      ALLOW,
      EPERM,
      ALLOW,
      ENOSYS,
      ENOSYS,
    ]);
  });

  it('counts rules that say what the default says', () => {
    const { filter } = compile({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }],
    });
    expect(runFilter(filter, { arch: X86_64, nr: 83 })).toBe(EPERM);
    expect(runFilter(filter, { arch: X86_64, nr: 84 })).toBe(ENOSYS);
  });

  it('leaves x32 to the filter when the profile does not name it', () => {
    const { filter } = compile(rules('SCMP_ACT_ALLOW', ['read']));
    expect(runFilter(filter, { arch: X86_64, nr: X32_BIT + 500 })).toBe(KILL);
  });

  it('treats every architecture by its own numbers', () => {
    const { filter } = compile({
      ...rules('SCMP_ACT_ALLOW', ['openat2']),
      architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_RISCV64'],
    });
    for (const arch of [X86_64, I386, AARCH64, 0xc00000f3]) {
      expect(runFilter(filter, { arch, nr: 437 })).toBe(ALLOW);
      expect(runFilter(filter, { arch, nr: 436 })).toBe(EPERM);
      expect(runFilter(filter, { arch, nr: 438 })).toBe(ENOSYS);
    }
  });

  it.each(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'] as const)(
    'is not for profiles that begin with %s',
    (defaultAction) => {
      const { filter } = compile({ defaultAction, syscalls: [{ names: ['read'], action: 'SCMP_ACT_KILL' }] });
      expect(runFilter(filter, { arch: X86_64, nr: 5000 })).not.toBe(ENOSYS);
      expect(runFilter(filter, { arch: X86_64, nr: 0 })).toBe(KILL);
    },
  );
});

describe('comparisons', () => {
  const one = (args: SeccompArg[]): Uint8Array =>
    compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['personality'], action: 'SCMP_ACT_ERRNO', errnoRet: 13, args }],
    }).filter;
  const EACCES = ERRNO + 13;
  const asked = (filter: Uint8Array, ...args: bigint[]) => runFilter(filter, { arch: X86_64, nr: 135, args });
  const TOP = 18446744073709551615n;

  it.each([
    ['SCMP_CMP_NE', 5, 5n, 6n],
    ['SCMP_CMP_LT', 5, 5n, 4n],
    ['SCMP_CMP_LE', 5, 6n, 5n],
    ['SCMP_CMP_EQ', 5, 4n, 5n],
    ['SCMP_CMP_GE', 5, 4n, 5n],
    ['SCMP_CMP_GT', 5, 5n, TOP],
    ['SCMP_CMP_EQ', TOP, 0xffffffffn, TOP],
    ['SCMP_CMP_GT', 0xffffffff, 0xffffffffn, 0x100000000n],
  ] as const)('%s %s lets %s pass and stops %s', (op, value, passes, stopped) => {
    const filter = one([{ index: 0, op, value }]);
    expect([asked(filter, passes), asked(filter, stopped)]).toEqual([ALLOW, EACCES]);
  });

  it('masks first', () => {
    const filter = one([{ index: 1, op: 'SCMP_CMP_MASKED_EQ', value: 0xf0, valueTwo: 0x10 }]);
    expect([asked(filter, 0n, 0x1fn), asked(filter, 0n, 0x2fn)]).toEqual([EACCES, ALLOW]);
  });

  it('wants all comparisons of different arguments', () => {
    const filter = one([
      { index: 0, op: 'SCMP_CMP_EQ', value: 1 },
      { index: 1, op: 'SCMP_CMP_EQ', value: 2 },
    ]);
    expect([asked(filter, 1n, 2n), asked(filter, 1n, 3n), asked(filter, 0n, 2n)]).toEqual([EACCES, ALLOW, ALLOW]);
  });

  it('wants one of several comparisons of the same argument', () => {
    const filter = one([
      { index: 0, op: 'SCMP_CMP_EQ', value: 1 },
      { index: 0, op: 'SCMP_CMP_EQ', value: 2 },
    ]);
    expect([0n, 1n, 2n, 3n].map((value) => asked(filter, value))).toEqual([ALLOW, EACCES, EACCES, ALLOW]);
  });
});

describe('compileSeccomp', () => {
  it.each([
    ['SCMP_ACT_KILL_PROCESS', 0x80000000],
    ['SCMP_ACT_KILL_THREAD', 0],
    ['SCMP_ACT_TRAP', 0x00030000],
    ['SCMP_ACT_TRACE', 0x7ff00007],
    ['SCMP_ACT_LOG', 0x7ffc0000],
    ['SCMP_ACT_NOTIFY', 0x7fc00000],
  ] as const)('answers with %s', (action, value) => {
    const { filter } = compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['read'], action, errnoRet: 7 }],
    });
    expect(runFilter(filter, { arch: X86_64, nr: 0 })).toBe(value);
  });

  it('reports names that it does not know and goes on', () => {
    const { filter, unknown } = compile({
      defaultAction: 'SCMP_ACT_ERRNO',
      architectures: ['SCMP_ARCH_X86'],
      syscalls: [{ names: ['no_such_call', 'read'], action: 'SCMP_ACT_ALLOW' }],
    });
    expect(unknown).toEqual(['no_such_call']);
    expect(runFilter(filter, { arch: X86_64, nr: 0 })).toBe(ALLOW);
  });

  it('says when a filter is too large for the kernel', () => {
    const syscalls = Array.from({ length: 5000 }, (_, value) => ({
      names: ['read'],
      action: 'SCMP_ACT_ALLOW' as const,
      args: [{ index: 0, op: 'SCMP_CMP_EQ' as const, value }],
    }));
    expect(() => compile({ defaultAction: 'SCMP_ACT_ERRNO', syscalls })).toThrow(/instructions, the kernel takes 4096/);
  });

  it.each([
    [{}, 'compileSeccomp: request.defaultAction must be a number'],
    [{ defaultAction: 0, rules: {} }, 'compileSeccomp: request.rules must be an array'],
    [{ defaultAction: 2 ** 32, rules: [] }, 'must be an integer from 0 to 4294967295'],
    [
      { defaultAction: 0, rules: [{ names: ['read'], action: 0, args: [{ index: 6 }] }] },
      'must be an integer from 0 to 5',
    ],
  ])('refuses %j', (request, text) => {
    const call = native.compileSeccomp as unknown as (request: unknown) => void;
    expect(() => call(request)).toThrow(text);
  });
});
