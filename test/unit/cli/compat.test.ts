// docs/compat.md promises a test for every command and flag: the promise and the program's own table say the same.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/cli/option.ts';
import { commands, globals } from '../../../src/cli/table.ts';

const repository = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/compat.md', repository), 'utf8');
const section = page.slice(page.indexOf('\n## Commands\n'), page.indexOf('\n## Environment'));

interface Row {
  readonly command: string;
  readonly flags: readonly string[];
  readonly tests: readonly string[];
}

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);

const rows: readonly Row[] = section
  .split('\n')
  .filter((line) => /^\| (`|\(global\))/.test(line))
  .map((line) => {
    const [, first = '', second = '', third = ''] = line.split('|');
    const flags = quoted(second).filter((text) => text.startsWith('--'));
    return { command: quoted(first)[0] ?? 'globals', flags, tests: quoted(third) };
  });

const ours: readonly (readonly [string, readonly string[]])[] = [
  ['globals', globals.map(({ name }) => `--${name}`)],
  ...Object.entries<Command>(commands).map(
    ([name, { options }]) =>
      [name, options.map((option) => `--${option.name}`).filter((flag) => flag !== '--help')] as const,
  ),
];

describe('docs/compat.md', () => {
  it.each(ours)('has every flag of %s, and no other', (command, flags) => {
    const mine = rows.filter((row) => row.command === command);
    expect(mine.length).toBeGreaterThan(0);
    expect(mine.flatMap((row) => row.flags).sort()).toEqual([...flags].sort());
  });

  it('has no command that is not there', () => {
    expect([...new Set(rows.map(({ command }) => command))].sort()).toEqual(ours.map(([name]) => name).sort());
  });

  it.each(rows)('$command $flags: names tests that exist', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const test of tests) {
      const path = test.includes('/') ? test : `test/integration/${test}.test.ts`;
      expect(existsSync(new URL(path, repository)), path).toBe(true);
    }
  });
});
