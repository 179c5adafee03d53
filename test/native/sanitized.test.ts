import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** The programs of addon/test, built by clang with ASan and UBSan: each is one test here. */
const root = new URL('../../', import.meta.url).pathname;
const build = `${root}build/native`;

function names(): string[] {
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
