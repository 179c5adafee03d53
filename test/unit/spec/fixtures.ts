import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../fixtures/configs/', import.meta.url);

/** The names of the real configurations, without `.json`. */
export const fixtureNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length))
  .sort();

/** The text of one of them. */
export function fixtureText(name: string): string {
  return readFileSync(new URL(`${name}.json`, folder), 'utf8');
}
