import { describe, expect, test } from 'vitest';
import { ATTRIBUTE, knownMountOptions, PROPAGATION, parseMountOptions } from '../../../src/plan/mount-options.ts';

const parse = (...words: string[]) => parseMountOptions(words);

describe('attributes', () => {
  test('accumulate', () => {
    expect(parse('nosuid', 'noexec', 'nodev', 'ro').set).toBe(
      ATTRIBUTE.nosuid + ATTRIBUTE.noexec + ATTRIBUTE.nodev + ATTRIBUTE.readonly,
    );
  });

  test('the last word about one wins', () => {
    expect(parse('ro', 'rw')).toMatchObject({ set: 0, clear: ATTRIBUTE.readonly, readonly: false });
    expect(parse('rw', 'ro')).toMatchObject({ set: ATTRIBUTE.readonly, clear: 0, readonly: true });
  });

  test('access times are one field: what was there is cleared with it', () => {
    expect(parse('noatime')).toMatchObject({ set: ATTRIBUTE.noatime, clear: ATTRIBUTE.atime });
    expect(parse('strictatime', 'relatime')).toMatchObject({ set: 0, clear: ATTRIBUTE.atime });
    expect(parse('noatime', 'nodiratime').set).toBe(ATTRIBUTE.noatime + ATTRIBUTE.nodiratime);
  });

  test('with an r in front they are recursive', () => {
    expect(parse('rro', 'rnosuid', 'rdev')).toMatchObject({
      set: 0,
      recursiveSet: ATTRIBUTE.readonly + ATTRIBUTE.nosuid,
      recursiveClear: ATTRIBUTE.nodev,
    });
    expect(parse('rnoatime')).toMatchObject({ recursiveSet: ATTRIBUTE.noatime, recursiveClear: ATTRIBUTE.atime });
    expect(parse('relatime').recursiveClear).toBe(0);
    expect(parse('rrelatime').recursiveClear).toBe(ATTRIBUTE.atime);
  });
});

test('propagation keeps its order', () => {
  expect(parse('shared', 'rslave').propagations).toEqual([
    PROPAGATION.shared,
    PROPAGATION.slave + PROPAGATION.recursive,
  ]);
});

test('what is no word of the grammar is data for the file system, in order', () => {
  expect(parse('size=64k', 'nosuid', 'mode=755', 'lazytime', 'constructor').data).toEqual([
    'size=64k',
    'mode=755',
    'lazytime',
    'constructor',
  ]);
});

test('an id mapping is of the top mount alone, or of those below it too; the last word wins', () => {
  expect(parse('bind').idMap).toBeUndefined();
  expect(parse('bind', 'idmap').idMap).toEqual({ below: false, custom: '' });
  expect(parse('idmap', 'ridmap').idMap).toEqual({ below: true, custom: '' });
  expect(parse('idmap=uids=0-1-10;gids=0-1-10')).toMatchObject({
    idMap: { below: false, custom: 'uids=0-1-10;gids=0-1-10' },
    data: [],
  });
});

test('every word that is known is no data', () => {
  const data = ['sync', 'async', 'dirsync', 'mand', 'nomand', 'lazytime', 'nolazytime'];
  for (const word of knownMountOptions()) expect(parse(word).data).toEqual(data.includes(word) ? [word] : []);
});
