import { describe, expect, it } from 'vitest';
import { commonFolder, fits, lowerFolders, shortened } from '../../../../src/shim/service/lower-folders.ts';

const SNAPSHOTS = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots';
const layers = (count: number) => Array.from({ length: count }, (_, index) => `${SNAPSHOTS}/${index + 1}/fs`);

describe('the options of an overlay', () => {
  it('stay as they are when they fit', () => {
    const data = [`lowerdir=${layers(10).join(':')}`, 'upperdir=/u', 'workdir=/w'];
    expect(shortened(data)).toEqual({ data, folder: undefined });
  });

  it('name the layers from their common folder when they do not', () => {
    const data = ['index=off', `lowerdir=${layers(400).join(':')}`, 'upperdir=/u'];
    const { data: short, folder } = shortened(data);
    expect(folder).toBe(SNAPSHOTS);
    expect(short[0]).toBe('index=off');
    expect(short[2]).toBe('upperdir=/u');
    expect(lowerFolders(short).slice(0, 2)).toEqual(['1/fs', '2/fs']);
    expect(lowerFolders(short)).toHaveLength(400);
    expect(fits(short)).toBe(true);
  });

  it('stay too long when the layers have no folder in common', () => {
    const data = [
      `lowerdir=${layers(100)
        .map((each, index) => `/disk${index}${each}`)
        .join(':')}`,
    ];
    expect(shortened(data)).toEqual({ data, folder: undefined });
    expect(fits(data)).toBe(false);
  });

  it('are measured in bytes', () => {
    expect(fits(['x'.repeat(4095)])).toBe(true);
    expect(fits(['x'.repeat(4096)])).toBe(false);
    expect(fits(['é'.repeat(2048)])).toBe(false);
    expect(fits(['x'.repeat(2048), 'x'.repeat(2047)])).toBe(false);
  });
});

describe('the common folder', () => {
  it.each([
    [['/a/b/1/fs', '/a/b/2/fs'], '/a/b'],
    [['/a/b/1/fs', '/a/b/12/fs'], '/a/b'],
    [['/a/b/c', '/a/b'], '/a'],
    [['/a/b', '/a/b'], '/a'],
    [['/a/b'], '/a'],
    [['/a', '/b'], undefined],
    [['/a/x', '/b/x'], undefined],
    [['a/x', 'a/y'], 'a'],
    [[], undefined],
  ])('of %j is %s', (paths, folder) => {
    expect(commonFolder(paths)).toBe(folder);
  });
});
