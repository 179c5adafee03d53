// Real configurations are valid; damaged ones never make the validator throw, whatever is broken in them.
import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../../../src/errors.ts';
import { encode } from '../../../src/plan/encode.ts';
import { execPlan } from '../../../src/plan/exec.ts';
import type { ExecRequest, Joining } from '../../../src/plan/exec-opening.ts';
import { plan } from '../../../src/plan/order.ts';
import type { Host } from '../../../src/plan/plan.ts';
import { type Issue, issuesText } from '../../../src/spec/issues.ts';
import { JsonError, parse } from '../../../src/spec/parse.ts';
import { stringify } from '../../../src/spec/stringify.ts';
import { validate } from '../../../src/spec/validate.ts';
import { validateProcess } from '../../../src/spec/validate-process.ts';
import { REQUEST } from '../plan/request.ts';
import { garble, mutate, shortened } from './damage.ts';
import { fixtureNames, fixtureText } from './fixtures.ts';
import { random } from './random.ts';
import { warningsOf } from './valid.ts';

/** Ambient capabilities that are not inheritable, which older tools write. */
const RUNC_AMBIENT = ['AUDIT_WRITE', 'KILL', 'NET_BIND_SERVICE'];
const BUILDAH_AMBIENT = [
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
];
const notRaised = (names: readonly string[]) =>
  `process.capabilities.ambient: can't raise ambient capability ${names.map((name) => `CAP_${name}`).join(', ')}: operation not permitted`;

/** Warnings that engines earn. */
const expectedWarnings: Readonly<Record<string, readonly string[]>> = {
  'buildah-run': [notRaised(BUILDAH_AMBIENT)],
  'runc-spec': [notRaised(RUNC_AMBIENT)],
  'runc-spec-rootless': [notRaised(RUNC_AMBIENT)],
  'kubernetes-userns': ['linux.uidMappings: config.json has both a userns path to join and a userns mapping'],
};

describe('real configurations', () => {
  it('are at least 18', () => {
    expect(fixtureNames.length).toBeGreaterThanOrEqual(18);
  });

  it.each(fixtureNames)('%s is valid', (name) => {
    const parsed = parse(fixtureText(name));
    const { value, issues, warnings } = validate(parsed, { rootless: name === 'runc-spec-rootless' });
    expect(issues).toEqual([]);
    expect(warningsOf({ warnings })).toEqual(expectedWarnings[name] ?? []);
    expect(value).toEqual(parse(fixtureText(name)));
  });
});

const PATH = /^(\.|[\w-]+|\["(?:[^"\\]|\\.)*"\])(\.[\w-]+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*$/;
const COUNT = 10_000;

const host: Host = {
  euid: 0,
  egid: 0,
  inUserNamespace: false,
  cgroup: 'unified',
  hierarchies: [{ mountPoint: '/sys/fs/cgroup', controllers: [] }],
  kcore: true,
  apparmor: true,
  selinux: false,
};
const container: Joining = { namespaces: ['pid', 'mount'], keyring: true, setgroupsDenied: false, process: {} };
const exec: ExecRequest = { id: 'box', container, doors: 0, moved: false, opened: false, seccomp: undefined };

/** Every issue names the field, and all of them make one line. */
function expectNamed(issues: readonly Issue[]): void {
  for (const { path, message } of issues) {
    if (!PATH.test(path) || message === '') throw new Error(`bad issue: ${path}: ${message}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a log line.
  if (issues.length > 0 && /[\u0000-\u001f]/.test(issuesText(issues)))
    throw new Error('control character in a message');
}

/** What the pure rooms may throw: an error in words for the one who wrote the file. */
function expectRefusal(error: unknown): void {
  if (!(error instanceof RuntimeError)) throw error;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may reach a log line.
  if (error.code === 'Internal' || /[\u0000-\u001f]/.test(error.message)) throw error;
}

/**
 * Ten thousand broken copies of a document, one to five breaks each, every tenth of them garbled as a text too.
 * @param attempt says whether a copy was refused; it may throw RuntimeError, which is a refusal
 */
function attempts(document: unknown, seed: number, attempt: (copy: unknown) => boolean): number {
  const next = random(seed);
  const text = stringify(document);
  let refused = 0;
  let copy = parse(text);
  for (let i = 0; i < COUNT; i++) {
    if (i % 5 === 0) copy = parse(text);
    mutate(copy, next);
    try {
      if (attempt(i % 10 === 0 ? parse(garble(stringify(copy), next)) : copy)) refused++;
    } catch (error) {
      if (!(error instanceof JsonError)) expectRefusal(error);
      refused++;
    }
  }
  return refused;
}

describe('10,000 random mutations of each config.json', () => {
  it.each(fixtureNames)(
    '%s: is planned, or refused in one line that names the field',
    (name) => {
      let turn = 0;
      const refused = attempts(shortened(fixtureText(name)), fixtureNames.indexOf(name) + 1, (copy) => {
        turn++;
        const { value, issues, warnings } = validate(copy, { rootless: turn % 2 === 0, processRequired: turn % 3 > 0 });
        expectNamed(issues);
        expectNamed(warnings);
        if (issues.length > 0 !== (value === undefined)) throw new Error('a value with issues, or none without');
        if (value) encode(plan(value, host, REQUEST).operations, { trace: false, preserved: 0 });
        return value === undefined;
      });
      expect(refused).toBeGreaterThan(COUNT / 4);
      expect(refused).toBeLessThan(COUNT);
    },
    120_000,
  );
});

describe('10,000 random mutations of the process.json of each', () => {
  it.each(fixtureNames)(
    '%s: is planned for exec, or refused in one line that names the field',
    (name) => {
      const { process } = parse(fixtureText(name)) as { process: unknown };
      const refused = attempts(process, fixtureNames.indexOf(name) + 1001, (copy) => {
        const { value, issues, warnings } = validateProcess(copy);
        expectNamed(issues);
        expectNamed(warnings);
        if (value) encode(execPlan(value, host, exec), { trace: false, preserved: 0 });
        return value === undefined;
      });
      expect(refused).toBeGreaterThan(COUNT / 4);
      expect(refused).toBeLessThan(COUNT);
    },
    120_000,
  );
});
