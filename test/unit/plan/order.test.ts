import { expect, test } from 'vitest';
import { ATTRIBUTE } from '../../../src/plan/mount-options.ts';
import { MOUNT_WHAT, SYNC_POINTS } from '../../../src/plan/operations.ts';
import { plan } from '../../../src/plan/order.ts';
import type { Host } from '../../../src/plan/plan.ts';
import { defaultSpec } from '../../../src/spec/defaults.ts';
import { REQUEST } from './request.ts';

const host: Host = {
  euid: 0,
  egid: 0,
  inUserNamespace: false,
  cgroup: 'legacy',
  hierarchies: [],
  kcore: false,
  apparmor: false,
  selinux: false,
};
const whole = defaultSpec({ cgroupNamespace: true });

test('memory that the image fills is charged to the container: it is in its cgroup before a copy begins', () => {
  const mounts = [{ destination: '/var', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] }];
  const { operations } = plan({ ...whole, mounts: [...mounts, ...(whole.mounts ?? [])] }, host, REQUEST);
  const entered = operations.findIndex((one) => one.op === 'sync' && one.point === SYNC_POINTS.cgroup);
  const copied = operations.findIndex((one) => one.op === 'mount' && one.destination === '/var');
  expect(entered).toBeGreaterThan(0);
  expect(copied).toBeGreaterThan(entered);
  expect(operations.filter((one) => one.op === 'sync' && one.point === SYNC_POINTS.cgroup)).toHaveLength(1);
});

test('a path that is given twice is masked once, as in runc', () => {
  const { operations } = plan({ ...whole, linux: { ...whole.linux, maskedPaths: ['/a', '/b', '//a'] } }, host, REQUEST);
  expect(operations.flatMap((one) => (one.op === 'mask' ? [one.path] : []))).toEqual(['/a', '/b']);
});

test("without a mount namespace of its own nothing is done to the propagation of the mounts, which are the host's", () => {
  const namespaces = (whole.linux?.namespaces ?? []).filter(({ type }) => type !== 'mount');
  const propagationOf = (spec: typeof whole) =>
    plan(spec, host, REQUEST).operations.flatMap((one) => (one.op === 'rootfs' ? [one.propagation] : []));
  expect(propagationOf({ ...whole, linux: { ...whole.linux, namespaces } })).toEqual([0]);
  expect(propagationOf(whole)).not.toEqual([0]);
});

test('the group of the caller, where the container has none of its own, can be looked at only (CVE-2023-25809)', () => {
  const linux = { ...whole.linux, namespaces: [{ type: 'mount' as const }, { type: 'user' as const }] };
  const mounts = [{ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['rw'] }];
  const bindsOf = (cgroup: Host['cgroup'], point: string, callersCgroups: readonly string[]) =>
    plan(
      { ...whole, mounts, linux },
      {
        ...host,
        euid: 1000,
        cgroup,
        hierarchies: [{ mountPoint: point, controllers: cgroup === 'unified' ? [] : ['cpu'] }],
      },
      { ...REQUEST, cgroupPaths: { [point]: `${point}/user` }, callersCgroups },
    ).operations.flatMap((one) => (one.op === 'mount' && one.what === MOUNT_WHAT.bind ? [Number(one.set) % 2] : []));
  for (const [cgroup, point] of [
    ['unified', '/sys/fs/cgroup'],
    ['legacy', '/sys/fs/cgroup/cpu'],
  ] as const) {
    expect(bindsOf(cgroup, point, [point])).toEqual([ATTRIBUTE.readonly]);
    expect(bindsOf(cgroup, point, [])).toEqual([0]);
  }
});

test('a seccomp filter is the last thing, but one with a listener comes before the wait for start', () => {
  const ops = (listener: boolean) => {
    const seccomp = { filter: new Uint8Array(8), flags: 0, listener };
    return plan(whole, host, { ...REQUEST, fifo: true, seccomp }).operations.map(({ op }) => op);
  };
  expect(ops(false).slice(-4)).toEqual(['sync', 'fifo', 'seccomp', 'execute']);
  expect(ops(true).slice(-4)).toEqual(['sync', 'seccomp', 'fifo', 'execute']);
});
