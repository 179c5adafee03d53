import { expect, test } from 'vitest';
import { mountOperations } from '../../../src/plan/mounts.ts';
import { Namespaces } from '../../../src/plan/namespaces.ts';
import { MOUNT_HOW } from '../../../src/plan/operations.ts';
import type { Linux, Mount } from '../../../src/spec/types.ts';
import { HOST, REQUEST } from './request.ts';

function planned(mount: Mount, linux: Linux = {}) {
  const spec = { ociVersion: '1.0.0', root: { path: 'rootfs' }, mounts: [mount], linux };
  const { mounts, sources } = mountOperations({
    spec,
    namespaces: new Namespaces(linux),
    host: HOST,
    request: REQUEST,
    slots: [],
  });
  const [operation] = mounts;
  if (operation?.op !== 'mount') throw new Error('one mount was expected');
  return { operation, sources };
}

test('the rootfs in front of a destination is taken off', () => {
  const destination = (path: string) =>
    planned({ destination: path, type: 'tmpfs', source: 'tmpfs', options: [] }).operation.destination;
  expect(destination('/bundle/rootfs/data')).toBe('/data');
  expect(destination('/bundle//rootfs/')).toBe('/');
  expect(destination('/bundle/rootfs2/data')).toBe('/bundle/rootfs2/data');
  expect(destination('/data')).toBe('/data');
});

test('in a user namespace a source is opened before, unless it lies in the rootfs, where a mount may be made first', () => {
  const linux: Linux = { namespaces: [{ type: 'user' }, { type: 'mount' }] };
  const of = (source: string) => planned({ source, destination: '/x', options: ['bind'] }, linux);
  expect(of('/srv/data').sources).toHaveLength(1);
  expect(of('/srv/data').operation.how).toBe(MOUNT_HOW.early);
  for (const source of ['/bundle/rootfs', '/bundle/rootfs/mnt', 'rootfs/mnt']) {
    expect(of(source)).toMatchObject({ sources: [], operation: { how: 0 } });
  }
});
