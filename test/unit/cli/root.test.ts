import { describe, expect, it } from 'vitest';
import { absolute } from '../../../src/cli/path.ts';
import { defaultRoot } from '../../../src/cli/root.ts';
import { parseRootless } from '../../../src/cli/rootless.ts';

const initial = '         0          0 4294967295\n';
const mapped = '         0       1000          1\n         1     100000      65536\n';

function root(euid: number, environment: Record<string, string>, map = initial): string {
  return defaultRoot({ euid: () => euid, environment, uidMap: () => map }).path;
}

describe('defaultRoot', () => {
  it('is /run/hoist for root, whatever XDG_RUNTIME_DIR says', () => {
    expect(root(0, {})).toBe('/run/hoist');
    expect(root(0, { XDG_RUNTIME_DIR: '/run/user/0' })).toBe('/run/hoist');
  });

  it("is the user's own folder for everyone else", () => {
    expect(root(1000, { XDG_RUNTIME_DIR: '/run/user/1000' })).toBe('/run/user/1000/hoist');
    expect(root(1000, { XDG_RUNTIME_DIR: '' })).toBe('/run/hoist');
    expect(root(1000, {})).toBe('/run/hoist');
  });

  it("is the user's own for root in a user namespace, unless USER is root", () => {
    const XDG_RUNTIME_DIR = '/run/user/1000';
    expect(root(0, { XDG_RUNTIME_DIR }, mapped)).toBe('/run/user/1000/hoist');
    expect(root(0, { XDG_RUNTIME_DIR, USER: 'alice' }, mapped)).toBe('/run/user/1000/hoist');
    expect(root(0, { XDG_RUNTIME_DIR, USER: 'root' }, mapped)).toBe('/run/hoist');
  });

  it('asks only for what decides', () => {
    const refuse = (what: string) => () => {
      throw new Error(what);
    };
    const facts = { euid: refuse('euid'), uidMap: refuse('uid map') };
    const environment = { XDG_RUNTIME_DIR: '/x' };
    expect(defaultRoot({ ...facts, environment: {} }).path).toBe('/run/hoist');
    expect(() => defaultRoot({ ...facts, environment })).toThrow('euid');
    expect(defaultRoot({ ...facts, environment, euid: () => 1 })).toEqual({ path: '/x/hoist', ofUser: true });
    expect(() => defaultRoot({ ...facts, environment, euid: () => 0 })).toThrow('uid map');
  });
});

describe('absolute', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a//b/./c/../d/', '/a/b/d'],
    ['x', '/here/dir/x'],
    ['', '/here/dir'],
    ['.', '/here/dir'],
    ['../../../..', '/'],
    ['/', '/'],
    ['/..', '/'],
  ])('%j is %j', (path, expected) => {
    expect(absolute(path, () => '/here/dir')).toBe(expected);
  });
});

describe('parseRootless', () => {
  it('knows true, false, auto and their spellings', () => {
    expect([undefined, '', 'auto', 'AUTO', 'true', '1', 'false', 'F'].map(parseRootless)).toEqual([
      'auto',
      'auto',
      'auto',
      'auto',
      true,
      true,
      false,
      false,
    ]);
  });

  it.each(['yes', 'maybe', 'tru', ' true'])('refuses %j', (word) => {
    expect(() => parseRootless(word)).toThrow(`invalid value "${word}" for flag -rootless`);
  });
});
