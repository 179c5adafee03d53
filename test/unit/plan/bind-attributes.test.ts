import { describe, expect, test } from 'vitest';
import { bindAttributes } from '../../../src/plan/bind-attributes.ts';
import { ATTRIBUTE, parseMountOptions } from '../../../src/plan/mount-options.ts';

const { readonly, nosuid, nodev, noexec, nosymfollow, nodiratime, noatime, strictatime, atime } = ATTRIBUTE;
const FLAGS = readonly + nosuid + nodev + noexec + nosymfollow;
const of = (words: string, locked = false) => bindAttributes(parseMountOptions(words.split(' ')), locked);

test('without a word about attributes the source keeps its own', () => {
  expect(of('rbind rprivate')).toEqual({ set: 0, clear: 0 });
  expect(of('bind rro')).toEqual({ set: 0, clear: 0 });
});

test('with one the mount gets exactly what the words say', () => {
  expect(of('bind ro')).toEqual({ set: readonly, clear: FLAGS - readonly });
  expect(of('bind nosuid nodev')).toEqual({ set: nosuid + nodev, clear: readonly + noexec + nosymfollow });
  expect(of('bind dev')).toEqual({ set: 0, clear: FLAGS });
  expect(of('bind norelatime')).toEqual({ set: 0, clear: FLAGS });
});

test('in a user namespace what the kernel locks stays, unless a word asks', () => {
  expect(of('bind nosuid', true)).toEqual({ set: nosuid, clear: nosymfollow });
  expect(of('bind rw', true)).toEqual({ set: 0, clear: readonly + nosymfollow });
});

describe('access times', () => {
  test('stay when no word chooses them', () => {
    for (const word of ['atime', 'norelatime', 'nostrictatime', 'diratime', 'exec'])
      expect(of(`bind ${word}`)).toEqual({ set: 0, clear: FLAGS });
    expect(of('bind noatime atime')).toEqual({ set: 0, clear: FLAGS });
  });

  test('are replaced as a whole when one does', () => {
    expect(of('bind relatime')).toEqual({ set: 0, clear: FLAGS + atime + nodiratime });
    expect(of('bind noatime')).toEqual({ set: noatime, clear: FLAGS + atime + nodiratime });
    expect(of('bind nodiratime')).toEqual({ set: nodiratime, clear: FLAGS + atime });
    expect(of('bind nodiratime strictatime')).toEqual({ set: nodiratime + strictatime, clear: FLAGS + atime });
  });
});
