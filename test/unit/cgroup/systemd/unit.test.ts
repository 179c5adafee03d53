import { describe, expect, it } from 'vitest';
import { expandSlice, parseUnit } from '../../../../src/cgroup/systemd/unit.ts';

describe('a cgroupsPath for systemd', () => {
  it.each([
    ['system.slice:docker:1234', { name: 'docker-1234.scope', container: '1234', slice: 'system.slice' }],
    ['machine-x.slice:libpod:ab', { name: 'libpod-ab.scope', container: 'ab', slice: 'machine-x.slice' }],
    [':docker:1234', { name: 'docker-1234.scope', container: '1234', slice: '' }],
    ['system.slice::1234', { name: '-1234.scope', container: '1234', slice: 'system.slice' }],
    ['system.slice:kube:pod.slice', { name: 'pod.slice', container: 'pod.slice', slice: 'system.slice' }],
    [undefined, { name: 'runc-id.scope', container: 'id', slice: '' }],
    ['', { name: 'runc-id.scope', container: 'id', slice: '' }],
  ])('%s', (path, unit) => {
    expect(parseUnit(path, 'id')).toEqual(unit);
  });

  it.each(['/a/b', 'a:b', 'a:b:c:d'])('of another form is refused: %s', (path) => {
    expect(() => parseUnit(path, 'id')).toThrow(
      `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${path}" instead`,
    );
  });

  it.each(['s.slice:a:../../x', 's.slice:../x:y', 's.slice:a:', `s.slice:a:${'x'.repeat(250)}`])(
    'leads nowhere but into its slice: %s',
    (path) => {
      expect(() => parseUnit(path, 'id')).toThrow('is not valid');
    },
  );
});

describe('a slice', () => {
  it.each([
    ['system.slice', '/system.slice'],
    ['a-b-c.slice', '/a.slice/a-b.slice/a-b-c.slice'],
    ['-.slice', ''],
  ])('%s is at %s', (slice, path) => {
    expect(expandSlice(slice)).toBe(path);
  });

  it.each(['', '.slice', 'system', 'a--b.slice', '-a.slice', 'a-.slice', '../a.slice', 'a/b.slice', '-'])(
    'that cannot be is refused: %s',
    (slice) => {
      expect(() => expandSlice(slice)).toThrow(`invalid slice name: ${slice}`);
    },
  );
});
