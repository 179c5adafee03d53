/**
 * Compares what callers and containers see of hoist, runc and crun: `npm run conformance:differential`. Exit code 1 when hoist
 * differs from runc in something that differences.json does not list, or when an entry of that list applies no more.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, SetupError } from '../cache.ts';
import { peer, runtimeVersion } from '../peers.ts';
import { check, compare, type Difference, type Observation, readList } from './compare.ts';

const hoist = join(import.meta.dirname, '../../dist/bin/hoist');

/** Watches a runtime in a process and a machine of its own. */
async function observe(name: string, path: string, scenes: readonly string[]): Promise<Observation> {
  console.log(`${name} ${runtimeVersion(name, path)} (${path})`);
  const folder = join(cacheFolder, 'logs');
  mkdirSync(folder, { recursive: true });
  const output = join(folder, `differential-${name}.json`);
  const script = join(import.meta.dirname, 'observe.ts');
  const child = spawn(process.execPath, [script, ...scenes], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, RUNTIME: path, OUTPUT: output },
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new SetupError(`watching ${name} failed`);
  return JSON.parse(readFileSync(output, 'utf8'));
}

/** The same line in several scenes is one. */
function grouped(differences: readonly Difference[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { scene, fact, side, line } of differences) {
    const key = `${fact}\n    ${side}: ${line}`;
    groups.set(key, [...(groups.get(key) ?? []), scene]);
  }
  return [...groups].map(([key, scenes]) => {
    const [first, ...more] = scenes;
    return `${first}${more.length > 0 ? ` and ${more.length} more (${more.slice(0, 3).join(', ')})` : ''}: ${key}`;
  });
}

const facts = (seen: Observation) => Object.values(seen).reduce((sum, scene) => sum + Object.keys(scene).length, 0);

async function main(): Promise<number> {
  if (process.getuid?.() !== 0) throw new SetupError('this needs root: it makes containers');
  const scenes = process.argv.slice(2);
  const [ours, runc, crun] = await Promise.all([
    observe('hoist', hoist, scenes),
    observe('runc', peer('runc'), scenes),
    observe('crun', peer('crun'), scenes),
  ]);
  const differences = compare(runc, ours);
  const { unlisted, unused } = check(differences, readList());
  const problems = [
    ...grouped(unlisted),
    // A run of some scenes only cannot tell what applies no more.
    ...(scenes.length > 0 ? [] : unused).map(
      ({ entry, line }) => `differences.json: applies no more: ${entry.scene}: ${entry.fact}: ${line}`,
    ),
  ];
  for (const problem of problems) console.log(problem);
  const differing = new Set(differences.map(({ scene, fact }) => `${scene}\n${fact}`)).size;
  const others = new Set(compare(runc, crun).map(({ scene, fact }) => `${scene}\n${fact}`)).size;
  console.log(
    `${Object.keys(ours).length} scenes, ${facts(ours)} facts; different from runc: hoist ${differing}, crun ${others}`,
  );
  console.log(`hoist: ${facts(ours) - differing} passed, ${problems.length} failed, 0 skipped`);
  return problems.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
