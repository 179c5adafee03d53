import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Who may import whom: `cli, shim -> runtime -> plan, cgroup, seccomp, spec -> errors`; `host` for those who do I/O; `ttrpc` is shim's, and
 * stands alone.
 */
const allowed: Record<string, readonly string[]> = {
  'src/cli/a.ts': ['runtime', 'spec', 'host'],
  'src/shim/a.ts': ['runtime', 'spec', 'host', 'ttrpc', 'node:net'],
  'src/ttrpc/a.ts': [],
  'src/runtime/a.ts': ['plan', 'cgroup', 'seccomp', 'spec', 'host'],
  'src/plan/a.ts': ['spec'],
  'src/cgroup/a.ts': ['spec', 'host'],
  'src/cgroup/resources.ts': ['spec'],
  'src/cgroup/device-program.ts': ['spec'],
  'src/seccomp/a.ts': ['spec', 'host'],
  'src/seccomp/profile.ts': ['spec'],
  'src/host/a.ts': ['plan', 'spec'], // the plan says which facts it needs, host finds them
  'src/spec/a.ts': [],
  'src/errors.ts': [],
};
const targets = ['cli', 'shim', 'runtime', 'plan', 'cgroup', 'seccomp', 'spec', 'host', 'ttrpc', 'node:net'];

interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'hoist-lint-'));
let diagnostics: Diagnostic[] = [];

/** A file with one import per line, each of another room. */
function write(file: string): void {
  const lines = targets.map(
    (target, i) => `import { a${i} } from '${target.includes(':') ? target : `../${target}/b.ts`}';`,
  );
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
}

function lint(): Diagnostic[] {
  const flags = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', 'src'];
  const run = spawnSync(join(root, 'node_modules/.bin/biome'), flags, { cwd: folder, encoding: 'utf8' });
  return JSON.parse(run.stdout).diagnostics;
}

function refusedIn(file: string): string[] {
  const found = diagnostics.filter((one) => one.location.path === file && one.category.endsWith('noRestrictedImports'));
  return found.map(({ location: { start } }) => targets[start.line - 1] ?? `line ${start.line}`);
}

beforeAll(() => {
  cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  cpSync(join(root, '.ci/lint'), join(folder, '.ci/lint'), { recursive: true });
  for (const file of Object.keys(allowed)) write(file);
  diagnostics = lint();
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('the linter refuses every import in the wrong direction', () => {
  it.each(Object.entries(allowed))('%s may import only %j', (file, rooms) => {
    const own = file.split('/')[1] ?? '';
    const wrong = targets.filter((target) => target !== own && !rooms.includes(target));
    const refused = refusedIn(file).filter((target) => target !== own);
    expect(refused.sort()).toEqual(wrong.sort());
  });
});
