import { describe, expect, it } from 'vitest';
import { Namespaces } from '../../../src/plan/namespaces.ts';
import { plan } from '../../../src/plan/order.ts';
import type { Host } from '../../../src/plan/plan.ts';
import { externalMounts, mountPointPlan, refuseIdMapped } from '../../../src/plan/restore.ts';
import { defaultSpec } from '../../../src/spec/defaults.ts';
import type { Spec } from '../../../src/spec/types.ts';
import { REQUEST } from './request.ts';

const HOST: Host = {
  euid: 0,
  egid: 0,
  inUserNamespace: false,
  cgroup: 'legacy',
  hierarchies: [{ mountPoint: '/sys/fs/cgroup/pids', controllers: ['pids'] }],
  kcore: false,
  apparmor: false,
  selinux: false,
};
const request = { ...REQUEST, cgroupPaths: { '/sys/fs/cgroup/pids': '/sys/fs/cgroup/pids/box' } };

function spec(change: (made: Spec & { mounts: NonNullable<Spec['mounts']> }) => void): Spec {
  const made = { mounts: [], ...defaultSpec({ cgroupNamespace: false }) };
  change(made);
  return made;
}

const bind = { destination: '/data', source: '/srv', options: ['rbind'] };

describe('externalMounts', () => {
  it('are bind mounts, groups of cgroup v1, and masks', () => {
    const made = spec(({ mounts, linux }) => {
      mounts.push(bind);
      if (linux) linux.maskedPaths = ['/proc/kcore'];
    });
    const found = externalMounts(plan(made, HOST, request).operations);
    expect(found).toContainEqual({ path: '/data', source: '/srv', masked: false });
    expect(found).toContainEqual({ path: '/sys/fs/cgroup/pids', source: '/sys/fs/cgroup/pids/box', masked: false });
    expect(found).toContainEqual({ path: '/proc/kcore', source: '/dev/null', masked: true });
    expect(found.map(({ path }) => path)).not.toContain('/proc');
  });

  it('are no cgroups where the container has a cgroup namespace of its own', () => {
    const made = spec(({ linux }) => linux?.namespaces?.push({ type: 'cgroup' }));
    const paths = externalMounts(plan(made, HOST, request).operations).map(({ path }) => path);
    expect(paths).not.toContain('/sys/fs/cgroup/pids');
  });
});

describe('mountPointPlan', () => {
  it('mounts everything but cgroups in a mount namespace and no other, and ends', () => {
    const made = spec(({ mounts, linux }) => {
      mounts.push(bind);
      linux?.namespaces?.push({ type: 'user' });
      if (linux) linux.rootfsPropagation = 'rshared';
    });
    const operations = mountPointPlan(made, HOST, request);
    expect(operations.map(({ op }) => op)).toEqual([
      'dumpable',
      'unshare',
      'procfs',
      'rootfs',
      ...(made.mounts ?? []).filter(({ type }) => type !== 'cgroup').map(() => 'mount'),
      'end',
    ]);
    expect(operations).toContainEqual({ op: 'unshare', flags: 0x20000 });
    // MS_SLAVE | MS_REC: nothing that is mounted here may reach the host.
    expect(operations).toContainEqual({ op: 'rootfs', path: '/bundle/rootfs', propagation: 0x80000 + 0x4000 });
    expect(new Namespaces(made.linux ?? {}).creates('user')).toBe(true);
  });
});

it.each([{ options: ['bind', 'idmap'] }, { uidMappings: [{ containerID: 0, hostID: 1, size: 1 }] }])(
  'an idmapped mount is refused: %j',
  (mapped) => {
    const made = spec(({ mounts }) => mounts.push({ ...bind, ...mapped }));
    expect(() => refuseIdMapped(made)).toThrow('the idmapped mount of /data cannot be checkpointed or restored');
  },
);
