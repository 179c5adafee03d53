import { describe, expect, it } from 'vitest';
import { cgroupOwner } from '../../../src/cgroup/owner.ts';
import type { Spec } from '../../../src/spec/types.ts';

const spec = (more: Partial<Spec> = {}, linux: Spec['linux'] = {}): Spec => ({
  ociVersion: '1.2.0',
  root: { path: 'rootfs' },
  mounts: [{ destination: '/sys/fs/cgroup/', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'rw'] }],
  linux: {
    namespaces: [{ type: 'cgroup' }, { type: 'user' }],
    uidMappings: [{ containerID: 10, hostID: 100010, size: 100 }],
    ...linux,
  },
  ...more,
});
const as = (uid: number): Partial<Spec> => ({ process: { args: ['x'], cwd: '/', user: { uid } } });

describe('cgroupOwner', () => {
  it('is the user of the process, as the host sees it', () => {
    expect(cgroupOwner(spec(as(10)))).toBe(100010);
    expect(cgroupOwner(spec(as(109)))).toBe(100109);
  });

  it('is nobody when the user is not mapped', () => {
    expect([9, 110, 4294967294].map((uid) => cgroupOwner(spec(as(uid))))).toEqual([undefined, undefined, undefined]);
  });

  it('is the user itself without a user namespace', () => {
    expect(cgroupOwner(spec(as(5), { namespaces: [{ type: 'cgroup' }] }))).toBe(5);
    expect(cgroupOwner(spec({}, { namespaces: [{ type: 'cgroup' }] }))).toBe(0);
  });

  it.each([
    ['no cgroup namespace', spec(as(10), { namespaces: [{ type: 'user' }] })],
    ['a joined cgroup namespace', spec(as(10), { namespaces: [{ type: 'cgroup', path: '/proc/1/ns/cgroup' }] })],
    ['no cgroup mount', spec({ ...as(10), mounts: [] })],
    [
      'a read-only cgroup mount',
      spec({ ...as(10), mounts: [{ destination: '/sys/fs/cgroup', source: 'cgroup', options: ['ro'] }] }),
    ],
    ['a cgroup mount elsewhere', spec({ ...as(10), mounts: [{ destination: '/cg', source: 'cgroup' }] })],
  ])('is nobody with %s', (_, one) => expect(cgroupOwner(one)).toBeUndefined());
});
