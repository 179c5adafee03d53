import { expect, test } from 'vitest';
import { addition, removal } from '../../../src/plan/live-mounts.ts';
import { CLONE } from '../../../src/plan/namespaces.ts';
import { MOUNT_HOW } from '../../../src/plan/operations.ts';
import { HOST, REQUEST } from './request.ts';

const bind = { destination: '/x', source: '/bundle/rootfs/y', options: ['bind'] };

test('sources are opened with the rights of the host, everything else is done with those of the container', () => {
  const { operations, slots } = addition([bind], ['mount', 'user', 'pid', 'ipc', 'network', 'uts'], HOST, REQUEST);
  const kinds = operations.map((one) => one.op);
  expect(kinds).toEqual(['dumpable', 'procfs', 'openSource', 'join', 'become', 'mount', 'end']);
  expect(operations[3]).toMatchObject({ slot: 0, type: CLONE.mount + CLONE.user + CLONE.network + CLONE.ipc });
  expect(operations[5]).toMatchObject({ how: MOUNT_HOW.early });
  expect(slots).toEqual([]);
});

test('user namespaces that map the ids of mounts stand before the container among the slots', () => {
  const options = ['bind', 'idmap=uids=0-1-1;gids=0-1-1'];
  const { operations, slots } = addition([{ ...bind, options }], ['mount'], HOST, REQUEST);
  expect(slots).toMatchObject([{ kind: 'mapping' }]);
  expect(operations.find((one) => one.op === 'openSource')).toMatchObject({ mapping: 0 });
  expect(operations.find((one) => one.op === 'join')).toMatchObject({ slot: 1, type: CLONE.mount });
});

test('what is to be taken away is named by clean paths', () => {
  const { operations } = removal(['/a/../b//', 'c'], ['mount']);
  expect(operations.map((one) => one.op)).toEqual(['dumpable', 'procfs', 'join', 'unmount', 'unmount', 'end']);
  expect(operations.slice(3, 5)).toEqual([
    { op: 'unmount', path: '/b' },
    { op: 'unmount', path: '/c' },
  ]);
});
