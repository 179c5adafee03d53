/** The runtime under test: RUNTIME is a name in PATH or a path; hoist as built here when it is not set. */
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const ours = new URL('../../../dist/bin/hoist', import.meta.url).pathname;

function find(): string {
  const wanted = process.env.RUNTIME || ours;
  const places = wanted.includes('/')
    ? [wanted]
    : (process.env.PATH ?? '').split(':').map((path) => join(path, wanted));
  const found = places.find((path) => existsSync(path));
  if (!found)
    throw new Error(`there is no runtime ${wanted}: npm run build, or set RUNTIME to a name in PATH or a path`);
  return realpathSync(found);
}

const path = find();

function versionOf(program: string): readonly number[] {
  const output = execFileSync(program, ['--version'], { encoding: 'utf8' });
  return (/version (\d+)\.(\d+)/.exec(output) ?? []).slice(1).map(Number);
}

export const subject = {
  name: basename(path),
  /** Major and minor. */
  version: versionOf(path),
  /** Its folder, which the machine shows as /run/runtime. */
  folder: dirname(path),
  /** Where it is inside the machine. */
  program: `/run/runtime/${basename(path)}`,
} as const;

export const isHoist = subject.name === 'hoist';
