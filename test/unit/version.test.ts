import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMIT, VERSION } from '../../src/version.ts';

it('is the version of package.json', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(version);
});

it('knows no commit when run from sources', () => {
  expect(COMMIT).toBe('');
});
