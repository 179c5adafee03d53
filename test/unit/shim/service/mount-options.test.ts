import { describe, expect, it } from 'vitest';
import { MS, parseMountOptions } from '../../../../src/shim/service/mount-options.ts';

const nothing = { flags: 0, data: [], loop: false, uidMap: undefined, gidMap: undefined };

describe('options of a mount', () => {
  it.each<[string[], object]>([
    [[], {}],
    [['rbind', 'ro'], { flags: MS.bind | MS.rec | MS.rdonly }],
    [['ro', 'rw'], {}],
    [['nosuid', 'nodev', 'noexec', 'suid'], { flags: MS.nodev | MS.noexec }],
    [['sync', 'async', 'noatime'], { flags: MS.noatime }],
    [['defaults'], {}],
    [['lowerdir=/a:/b', 'index=off', 'ro'], { flags: MS.rdonly, data: ['lowerdir=/a:/b', 'index=off'] }],
    [['loop', 'direct-io'], { loop: true, data: ['direct-io'] }],
    [['uidmap=0:1:2', 'gidmap=3:4:5,6:7:8'], { uidMap: '0:1:2', gidMap: '3:4:5,6:7:8' }],
    [['constructor', 'toString'], { data: ['constructor', 'toString'] }],
  ])('%j', (words, expected) => {
    expect(parseMountOptions(words)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    [['X-containerd.mkfs'], 'internal mount option "X-containerd.mkfs" was not consumed by the mount manager'],
    [['uidmap=0:1:2'], 'uidmap and gidmap go together'],
    [['gidmap=0:1:2'], 'uidmap and gidmap go together'],
  ])('%j are refused', (words, message) => {
    expect(() => parseMountOptions(words)).toThrow(expect.objectContaining({ code: 'InvalidArgument', message }));
  });
});
