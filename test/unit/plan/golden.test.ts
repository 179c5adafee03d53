// The plans of real configurations, whole, as an engine's bundle gives them. A change of the order or of one flag shows up as a diff
// to be read; `npx vitest run test/unit/plan -u` writes the new ones.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encode } from '../../../src/plan/encode.ts';
import { plan } from '../../../src/plan/order.ts';
import type { Host, Request } from '../../../src/plan/plan.ts';
import { notifies } from '../../../src/seccomp/profile.ts';
import { parse } from '../../../src/spec/parse.ts';
import { stringify } from '../../../src/spec/stringify.ts';
import { validate } from '../../../src/spec/validate.ts';
import { REQUEST } from './request.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const CONFIGS = readdirSync(new URL('configs/', FIXTURES)).filter((name) => name.endsWith('.json'));

const LEGACY: Host = {
  euid: 0,
  egid: 0,
  inUserNamespace: false,
  cgroup: 'legacy',
  hierarchies: [
    { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', controllers: ['cpu', 'cpuacct'] },
    { mountPoint: '/sys/fs/cgroup/memory', controllers: ['memory'] },
    { mountPoint: '/sys/fs/cgroup/systemd', controllers: ['name=systemd'] },
    { mountPoint: '/sys/fs/cgroup/unified', controllers: [] },
  ],
  kcore: true,
  apparmor: true,
  selinux: false,
};
const UNIFIED: Host = {
  ...LEGACY,
  cgroup: 'unified',
  hierarchies: [{ mountPoint: '/sys/fs/cgroup', controllers: [] }],
};
const ROOTLESS: Host = { ...UNIFIED, euid: 1000, egid: 1000 };

function planOf(name: string, host: Host, request: Partial<Request> = {}) {
  const { value, issues } = validate(parse(readFileSync(new URL(`configs/${name}`, FIXTURES), 'utf8')));
  if (!value) throw new Error(JSON.stringify(issues));
  const section = value.linux?.seccomp;
  const seccomp = section && { filter: new Uint8Array([1, 2, 3]), flags: 4, listener: notifies(section) };
  return plan(value, host, { ...REQUEST, seccomp, ...request });
}

test('there are at least fifteen real configurations', () => {
  expect(CONFIGS.length).toBeGreaterThanOrEqual(15);
});

describe.each(CONFIGS)('%s', (name) => {
  const host = name.includes('rootless') ? ROOTLESS : UNIFIED;

  test('has this plan on a unified host', async () => {
    await expect(`${stringify(planOf(name, host), '  ')}\n`).toMatchFileSnapshot(`../../fixtures/plans/${name}`);
  });

  test('executes last, and nothing that needs privileges stands behind the loss of them', () => {
    const kinds = planOf(name, host).operations.map((operation) => operation.op);
    expect(kinds.at(-1)).toBe('execute');
    const user = kinds.indexOf('user');
    for (const kind of [
      'rootfs',
      'mount',
      'device',
      'root',
      'mask',
      'readonly',
      'sysctl',
      'hostname',
      'bounding',
    ] as const) {
      expect(kinds.lastIndexOf(kind)).toBeLessThan(user);
    }
    expect(kinds.lastIndexOf('mount')).toBeLessThan(kinds.indexOf('root'));
    if (kinds.includes('mask')) expect(kinds.indexOf('mask')).toBeGreaterThan(kinds.indexOf('root'));
  });

  test('can be encoded, and says so itself', () => {
    const { operations } = planOf(name, LEGACY);
    const bytes = encode(operations, { trace: false, preserved: 0 });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    expect(view.getUint32(8, true)).toBe(bytes.byteLength);
    expect(view.getUint32(12, true)).toBe(operations.length);
    let at = 32;
    for (let index = 0; index < operations.length; index++) at += view.getUint32(at + 4, true);
    expect(at).toBe(bytes.byteLength);
  });
});

test('a v1 host gets a mount per hierarchy and links for shared ones, after the process is in its cgroup', () => {
  const { operations } = planOf('runc-spec.json', LEGACY, {
    cgroupPaths: { '/sys/fs/cgroup/systemd': '/sys/fs/cgroup/systemd/box' },
  });
  const text = operations.map((operation) => stringify(operation));
  const joined = text.findIndex((line) => line.includes('"point":2'));
  const first = text.findIndex((line) => line.includes('/sys/fs/cgroup/cpu,cpuacct'));
  expect(joined).toBeGreaterThan(0);
  expect(first).toBeGreaterThan(joined);
  expect(text.some((line) => line.includes('"path":"/sys/fs/cgroup/cpuacct"'))).toBe(true);
  // Without a cgroup namespace the container's own groups are bound.
  expect(text.some((line) => line.includes('"source":"/sys/fs/cgroup/systemd/box"'))).toBe(true);
});
