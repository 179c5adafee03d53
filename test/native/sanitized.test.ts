import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/plan/encode.ts';
import type { Plan } from '../../src/plan/plan.ts';

/** The programs of addon/test, built by clang with ASan and UBSan: each is one test here. */
const root = new URL('../../', import.meta.url).pathname;
const build = `${root}build/native`;

/** The plans of real configurations, as hoist-init gets them: what the fuzzer starts from. */
function seed(): void {
  const corpus = `${build}/corpus/plan_fuzz`;
  const plans = `${root}test/fixtures/plans`;
  mkdirSync(corpus, { recursive: true });
  for (const name of readdirSync(plans)) {
    const { operations } = JSON.parse(readFileSync(`${plans}/${name}`, 'utf8'), restoreFilter) as Plan;
    writeFileSync(`${corpus}/${name}`, encode(operations, { trace: false, preserved: 0 }));
  }
}

/** JSON knows no bytes: the golden files hold a filter as an object of numbers. */
function restoreFilter(key: string, value: unknown): unknown {
  return key === 'filter' ? Uint8Array.from(Object.values(value as Record<string, number>)) : value;
}

function names(): string[] {
  seed();
  const compiler = ['-DCMAKE_C_COMPILER=clang', '-DCMAKE_CXX_COMPILER=clang++', '-Wno-dev'];
  execFileSync('cmake', ['-S', `${root}addon/test`, '-B', build, ...compiler], { stdio: 'pipe' });
  execFileSync('cmake', ['--build', build, '--parallel', '2'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const listing = execFileSync('ctest', ['--test-dir', build, '--show-only=json-v1'], { encoding: 'utf8' });
  return (JSON.parse(listing).tests as { name: string }[]).map(({ name }) => name);
}

describe('with ASan and UBSan', () => {
  it.each(names())('%s', { timeout: 300_000 }, (name) => {
    const run = spawnSync('ctest', ['--test-dir', build, '--output-on-failure', '-R', `^${name}$`], {
      encoding: 'utf8',
    });
    expect(run.status, run.stdout + run.stderr).toBe(0);
  });
});
