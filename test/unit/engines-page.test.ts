// What README.md shows of engines is what docs/engines.md shows, which the conformance run tries.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const blocks = Array.from(read('README.md').matchAll(/^```(?:json|toml)\n[\s\S]*?^```$/gm), ([block]) => block);

it('README.md shows files of docs/engines.md', () => {
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks) expect(read('docs/engines.md')).toContain(block);
});
