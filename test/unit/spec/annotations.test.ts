// Whoever lets users set annotations asks `features` which of them are unsafe. So none may be read that the table does not have.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = new URL('../../../src/', import.meta.url).pathname;
const TABLE = 'spec/annotations.ts';
/** Those that say which containers share a shim are an engine's own, as is the shim's type; they change nothing inside a container. */
const SHIM = 'shim/';
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;
const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && name !== TABLE && !name.startsWith('proto/') && !name.startsWith(SHIM))
  .map((name) => ({ name, text: readFileSync(join(SOURCES, name), 'utf8').replace(COMMENT, '') }));

/** Of the families that runtimes and engines have; io.containerd.cgroups is a package of messages. */
const NAME =
  /['"`](run\.oci|org\.systemd|org\.criu|io\.kubernetes|io\.containerd(?!\.cgroups)|module\.wasm|krun)\.[^'"`]*['"`]/g;
/** Of one annotation of a configuration. */
const ACCESS = /\bannotations\b!?(?:\?\.)?(?:\[([^\]]*)\]|\.(\w+))/g;

it('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.some(({ text }) => text.includes('annotations?.[ANNOTATIONS.'))).toBe(true);
});

it('names of annotations stand in the table only', () => {
  const strays = files.flatMap(({ name, text }) => (text.match(NAME) ?? []).map((word) => `${name}: ${word}`));
  expect(strays).toEqual([]);
});

it('an annotation is read by its name in the table', () => {
  const strays = files.flatMap(({ name, text }) =>
    [...text.matchAll(ACCESS)]
      .filter(([whole, key = '']) => !key.startsWith('ANNOTATIONS.') && whole !== 'annotations.ts')
      .map(([whole]) => `${name}: ${whole}`),
  );
  expect(strays).toEqual([]);
});
