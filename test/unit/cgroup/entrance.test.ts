import { expect, test } from 'vitest';
import { openEntrance, parseSubgroups } from '../../../src/cgroup/entrance.ts';

const opened: string[] = [];
/** Only paths are looked at here; real groups are in test/integration/exec.test.ts. */
const native = {
  open: (path: string) => opened.push(path) + 10,
  close: () => undefined,
  readProcess: () => undefined,
};
const paths = { cpu: '/c/cpu/box', cpuacct: '/c/cpu/box', memory: '/c/memory/box' };

function doors(words: string[]): string[] {
  opened.length = 0;
  openEntrance(native, { paths, sub: parseSubgroups(words), rootless: false, init: 1 });
  return [...opened];
}

test('a hierarchy with two controllers has one door', () => {
  expect(doors([])).toEqual(['/c/cpu/box/tasks', '/c/memory/box/tasks']);
});

test('one path leads below every group, controllers have their own', () => {
  expect(doors(['/a/./b/'])).toEqual(['/c/cpu/box/a/b/tasks', '/c/memory/box/a/b/tasks']);
  expect(doors(['/'])).toEqual(['/c/cpu/box/tasks', '/c/memory/box/tasks']);
  expect(doors(['cpu,cpuacct:a', 'memory:../box/b'])).toEqual(['/c/cpu/box/a/tasks', '/c/memory/box/b/tasks']);
});

test.each([['..'], ['../box-sibling'], ['a/../../other'], ['memory:/../x']])('%s does not lead out', (word) => {
  expect(() => doors([word])).toThrow(/^bad sub cgroup path: /);
});

test.each([
  [['a', 'b'], 'invalid --cgroup argument: a (missing <controller>: prefix)'],
  [[':a'], 'invalid --cgroup argument: :a (empty <controller> prefix)'],
  [['cpu:a', 'cpu:b'], 'invalid --cgroup argument(s): controller cpu specified multiple times'],
  [['none:a'], 'unknown controller none in SubCgroupPaths'],
  [['constructor:a'], 'unknown controller constructor in SubCgroupPaths'],
])('%j is refused in words of runc', (words, text) => {
  expect(() => doors(words)).toThrow(text);
});
