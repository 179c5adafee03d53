/** How many pieces of the program a command loads: each costs 25 µs, and they multiply unseen (docs/performance.md). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const repository = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'hoist-pieces-'));
const sources = `${repository}build/test/pieces`;
const pieces = new Map<string, string>();

beforeAll(() => {
  const name = readdirSync(`${repository}node_modules/@oven`).find((each) => each.startsWith('bun-linux-'));
  const bun = (...args: string[]) =>
    execFileSync(`${repository}node_modules/@oven/${name}/bin/bun`, args, { cwd: repository, stdio: 'pipe' });
  const define = ['--define', 'HOIST_PROGRAM=true', '--define', "HOIST_COMMIT=''"];
  const how = ['--target=bun', '--format=esm', '--minify', '--splitting', ...define, '--outdir', `${folder}/out`];
  // Where its imports from node_modules are found.
  bun('.ci/pieces.mjs', sources);
  bun('build', `${sources}/src/cli/main.ts`, ...how);
  for (const file of readdirSync(`${folder}/out`)) pieces.set(file, readFileSync(`${folder}/out/${file}`, 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A piece and all that it needs. */
function needs(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, other = ''] of (pieces.get(name) ?? '').matchAll(/(?:from|import)"\.\/([^"]+)"/g)) needs(other, found);
  return found;
}

/** Beyond the first pieces, which every command has. */
function piecesOf(command: string): number {
  const name = [...pieces.keys()].find((one) => one.startsWith(`${command}-`) && needs(one).size > 1);
  if (name === undefined) throw new Error(`${command} is in no piece of its own`);
  return [...needs(name)].filter((one) => !needs('main.js').has(one)).length;
}

it.each([
  ['create', 2],
  ['run', 2],
  ['exec', 2],
  ['start', 2],
])('%s loads at most %d', (command, most) => {
  expect(piecesOf(command)).toBeLessThanOrEqual(most);
});
