/** Where the run keeps what it built and downloaded, and how something gets in there whole or not at all. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder that outlives the run, outside of the repository: `$XDG_CACHE_HOME/hoist/NAME`. */
export function cacheOf(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hoist', name);
}

/** The folder of the conformance run. */
export const cacheFolder = cacheOf('conformance');

/** A problem that the person who started the run has to solve: printed as it is, without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program to its end and returns its standard output.
 * @throws {SetupError} when it cannot be started or exits with something else than 0; the message holds its stderr.
 */
export function command(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): string {
  const env = { ...process.env, ...options.env };
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    env,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  if (result.error) throw new SetupError(`cannot run ${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const detail = (result.stderr || result.stdout).trim().split('\n').slice(-15).join('\n  ');
    throw new SetupError(`${[program, ...args].join(' ')} failed:\n  ${detail}`);
  }
  return result.stdout;
}

/** True when `program` is found in PATH. */
export function inPath(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => folder && existsSync(join(folder, program)));
}

/**
 * Returns the folder `name` of the cache, after `fill` has filled it if it was not there. `fill` works in a folder of
 * another name, which gets its real one only at the end: an interrupted run leaves nothing half done behind.
 * @param fill gets the folder to fill, and the path it will have in the end.
 */
export function cached(name: string, fill: (folder: string, final: string) => void, cache = cacheFolder): string {
  const final = join(cache, name);
  if (existsSync(final)) return final;
  const temporary = `${final}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    fill(temporary, final);
    renameSync(temporary, final);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return final;
}
