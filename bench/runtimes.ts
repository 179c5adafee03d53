import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** A program under measurement. */
export interface Runtime {
  readonly name: string;
  /** Absolute path of the program. */
  readonly path: string;
  /** The first line of `--version`. */
  readonly version: string;
  /** Its state root, on tmpfs, its own. */
  readonly root: string;
  /** The floor is no OCI runtime: it reads no config.json, so the process and the limit are told by flags. */
  readonly isFloor: boolean;
}

/**
 * Finds a program: a name without a slash along PATH, anything else relative to the working directory.
 * @returns the absolute path, or null when there is no such executable
 */
export function findProgram(name: string): string | null {
  const places = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  for (const place of places) {
    const path = resolve(place ? join(place, name) : name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here: the next folder of PATH
    }
  }
  return null;
}

/** Looks up the runtimes that exist; says on standard output which ones it skips. */
export function findRuntimes(wanted: ReadonlyMap<string, string>, stateRoot: string): Runtime[] {
  const found: Runtime[] = [];
  for (const [name, program] of wanted) {
    const path = findProgram(program);
    if (path === null) {
      console.log(`skip ${name}: no executable ${program}`);
      continue;
    }
    const out = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const version = (out.stdout ?? '').split('\n')[0] ?? '';
    found.push({ name, path, version, root: join(stateRoot, name), isFloor: name === 'floor' });
  }
  return found;
}
