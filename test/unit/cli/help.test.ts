import { describe, expect, it } from 'vitest';
import { choosePage } from '../../../src/cli/help.ts';
import { helpPages } from '../../../src/cli/pages.ts';
import { commands } from '../../../src/cli/table.ts';

const pages = await helpPages([60, 100]);

describe('help', () => {
  it('has a page of the program that names every command', () => {
    expect(pages[100]?.['']).toContain('\nGlobal options:\n');
    expect(pages[100]?.['']).toMatch(
      /^NAME:\nhoist - Open Container Initiative runtime\n\nUsage: hoist \[global options\] <command>/,
    );
    for (const name of Object.keys(commands)) expect(pages[100]?.['']).toContain(`  hoist ${name} `);
  });

  it.each(Object.keys(commands))('has a page of %s with its options, but for the hidden ones', (name) => {
    const page = pages[100]?.[name];
    expect(page).toContain(`Usage: hoist ${name} [options]`);
    expect(page).toContain('\nOptions:\n');
    for (const option of commands[name as keyof typeof commands].options) {
      if ('hidden' in option) expect(page).not.toContain(`--${option.name}`);
      else expect(page).toContain(`--${option.name}`);
    }
  });

  it('has no line that is wider than asked for, words of the usage aside', () => {
    for (const width of [60, 100]) {
      const wide = Object.values(pages[width] ?? {}).flatMap((page) =>
        page.split('\n').filter((line) => line.length > width),
      );
      expect(wide).toEqual([]);
    }
  });

  it('is shown in the widest form that fits', () => {
    const shown = (width: number) => choosePage({ 60: { '': 'narrow' }, 100: { '': 'wide' } }, width)[''];
    expect([20, 60, 99, 100, 500].map(shown)).toEqual(['narrow', 'narrow', 'narrow', 'wide', 'wide']);
  });
});
