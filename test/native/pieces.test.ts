/** How many pieces of the program a command loads: each costs 25 µs, and they multiply unseen (docs/performance.md). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const repository = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'hoist-pieces-'));
const sources = `${repository}build/test/pieces`;
type Program = 'cli' | 'shim';
/** By program and file name. */
const pieces: Record<Program, Map<string, string>> = { cli: new Map(), shim: new Map() };

beforeAll(() => {
  const name = readdirSync(`${repository}node_modules/@oven`).find((each) => each.startsWith('bun-linux-'));
  const bun = (...args: string[]) =>
    execFileSync(`${repository}node_modules/@oven/${name}/bin/bun`, args, { cwd: repository, stdio: 'pipe' });
  const define = ['--define', 'HOIST_PROGRAM=true', '--define', "HOIST_COMMIT=''"];
  const how = ['--target=bun', '--format=esm', '--minify', '--splitting', ...define];
  // Where its imports from node_modules are found.
  bun('.ci/pieces.mjs', sources);
  for (const program of ['cli', 'shim'] as const) {
    const out = `${folder}/${program}`;
    bun('build', `${sources}/src/${program}/main.ts`, ...how, '--outdir', out);
    for (const file of readdirSync(out)) pieces[program].set(file, readFileSync(`${out}/${file}`, 'utf8'));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A piece and all that it needs. */
function needs(program: Program, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const text = pieces[program].get(name) ?? '';
  for (const [, other = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) needs(program, other, found);
  return found;
}

/** Beyond the first pieces, which every command has: of the command's own piece, the largest that is called so. */
function piecesOf(program: Program, command: string): number {
  const size = (name: string) => pieces[program].get(name)?.length ?? 0;
  const called = [...pieces[program].keys()].filter((one) => one.startsWith(`${command}-`));
  const [name] = called.sort((one, other) => size(other) - size(one));
  if (name === undefined) throw new Error(`${command} is in no piece of its own`);
  const always = needs(program, 'main.js');
  return [...needs(program, name)].filter((one) => !always.has(one)).length;
}

it.each([
  ['cli', 'create', 2],
  ['cli', 'run', 2],
  ['cli', 'exec', 2],
  ['cli', 'start', 2],
  ['shim', 'start', 1],
  ['shim', 'delete', 1],
] as const)('%s: %s loads at most %d', (program, command, most) => {
  expect(piecesOf(program, command)).toBeLessThanOrEqual(most);
});
