import { describe, expect, it } from 'vitest';
import { isIdMapped, mappingSlot } from '../../../src/plan/id-mapping.ts';
import type { MountContext } from '../../../src/plan/mount-operation.ts';
import { parseMountOptions } from '../../../src/plan/mount-options.ts';
import { Namespaces } from '../../../src/plan/namespaces.ts';
import type { Slot } from '../../../src/plan/plan.ts';
import type { IdMapping, Linux, Mount } from '../../../src/spec/types.ts';
import { HOST, REQUEST } from './request.ts';

const map = (containerID: number, hostID: number, size: number): IdMapping => ({ containerID, hostID, size });
const mount = (...options: string[]): Mount => ({
  destination: '/data',
  source: '/srv',
  options: ['bind', ...options],
});
const context = (linux: Linux = {}, slots: Slot[] = []): MountContext => ({
  spec: { ociVersion: '1.0.0', root: { path: 'rootfs' }, linux },
  namespaces: new Namespaces(linux),
  host: HOST,
  request: REQUEST,
  slots,
});
/** What the slot of one mount holds. */
function mapped(one: Mount, linux: Linux = {}): Slot | undefined {
  const slots: Slot[] = [];
  return slots[mappingSlot(context(linux, slots), one, parseMountOptions(one.options ?? []), true)];
}

describe('an id mapping', () => {
  it('is asked for by mappings or by a word', () => {
    expect(isIdMapped(mount('ro', 'rw'))).toBe(false);
    expect(isIdMapped({ ...mount(), uidMappings: [], gidMappings: [] })).toBe(false);
    expect(isIdMapped({ ...mount(), gidMappings: [map(0, 1, 1)] })).toBe(true);
    for (const word of ['idmap', 'ridmap', 'idmap=uids=0-1-1', 'ridmap=uids=0-1-1'])
      expect(isIdMapped(mount(word))).toBe(true);
  });

  it('of a mount goes before that of the container', () => {
    const own = { uidMappings: [map(0, 1, 1)], gidMappings: [map(0, 2, 1)] };
    const linux: Linux = { namespaces: [{ type: 'user' }], uidMappings: [map(0, 7, 7)], gidMappings: [map(0, 8, 8)] };
    expect(mapped({ ...mount('idmap'), ...own }, linux)).toEqual({
      kind: 'mapping',
      uid: [map(0, 1, 1)],
      gid: [map(0, 2, 1)],
    });
    expect(mapped(mount('idmap'), linux)).toEqual({ kind: 'mapping', uid: [map(0, 7, 7)], gid: [map(0, 8, 8)] });
  });

  it('of a user namespace that is joined is the namespace itself', () => {
    const namespaces = [{ type: 'user' as const, path: '/proc/7/ns/user' }];
    expect(mapped(mount('ridmap'), { namespaces })).toEqual({
      kind: 'namespace',
      type: 'user',
      path: '/proc/7/ns/user',
    });
  });

  it('needs one slot, however many mounts have it', () => {
    const slots: Slot[] = [];
    const at = (one: Mount) => mappingSlot(context({}, slots), one, parseMountOptions(one.options ?? []), true);
    const [first, second] = [mount('idmap=uids=0-1-1;gids=0-1-1'), mount('idmap=uids=0-2-1;gids=0-1-1')];
    expect([first, second, first].map(at)).toEqual([0, 1, 0]);
  });
});

describe("crun's ranges", () => {
  const linux: Linux = {
    namespaces: [{ type: 'user' }],
    uidMappings: [map(0, 0, 1), map(1, 2, 1000)],
    gidMappings: [map(0, 5000, 10), map(10, 9000, 10)],
  };

  it('are absolute, or relative to the container', () => {
    expect(mapped(mount('idmap=uids=1-3-10#20-30-5;gids=0-100-10'), linux)).toEqual({
      kind: 'mapping',
      uid: [map(1, 3, 10), map(20, 30, 5)],
      gid: [map(0, 100, 10)],
    });
    // The example of crun(1).
    expect(mapped(mount('idmap=uids=@1-3-10;gids=@0-0-1'), linux)).toMatchObject({ uid: [map(1, 4, 10)] });
  });

  it('are cut where the mappings of the container end', () => {
    expect(mapped(mount('idmap=uids=@1-1-1;gids=@100-5-10'), linux)).toMatchObject({
      gid: [map(100, 5005, 5), map(105, 9000, 5)],
    });
  });

  it.each([
    ['uids=1-3', 'invalid id mapping "1-3": must be FROM-TO-LENGTH'],
    ['uids=1-3-0', 'invalid id mapping "1-3-0": must be FROM-TO-LENGTH'],
    ['uids=4294967295-0-1', 'invalid id mapping "4294967295-0-1": must be FROM-TO-LENGTH'],
    ['users=1-3-1', 'invalid option "users=1-3-1" for idmap: must be uids=… or gids=…'],
    ['uids=@0-5000-1', 'the id 5000 of the container is not mapped'],
    ['uids=1-3-1', 'id-mapped mounts must have both uid and gid mappings specified'],
  ])('%s is refused', (text, reason) => {
    expect(() => mapped(mount(`idmap=${text}`), linux)).toThrow(`invalid mount /data: ${reason}`);
  });
});
