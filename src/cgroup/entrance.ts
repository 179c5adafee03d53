/** How a new process gets into the groups of a container that is there (`exec`). */

import { isSystemError, RuntimeError } from '../errors.ts';
import type { Native } from '../host/native.ts';
import { parseOwnGroups, UNIFIED } from './location.ts';

const O_WRONLY = 1;
const O_PATH_DIRECTORY = 0o10000000 + 0o200000;

type EntranceNative = Pick<Native, 'open' | 'close' | 'readProcess'>;

/** Descriptors to be closed by whoever asked. */
export interface Entrance {
  /** An O_PATH descriptor of the unified group for CLONE_INTO_CGROUP, or -1. */
  readonly birthplace: number;
  /** The same as a path. */
  readonly group: string | undefined;
  /** `tasks` files (v1): whoever writes "0" to each has joined. */
  readonly doors: readonly number[];
}

export interface EntranceRequest {
  /** Of state.json: controller to directory. */
  readonly paths: Readonly<Record<string, string>>;
  /** Controller to a group below the container's own; '' stands for all of them (v2 knows no other). */
  readonly sub: ReadonlyMap<string, string>;
  /** What is forbidden or not there is no failure: such a container may have groups that are not its own. */
  readonly rootless: boolean;
  /** The first process of the container: on v2 its group has to do when the recorded one is gone. */
  readonly init: number;
}

/**
 * The words after `--cgroup`: `path`, or `controller[,controller]:path` again and again.
 *
 * @throws RuntimeError InvalidArgument in runc's words
 */
export function parseSubgroups(words: readonly string[]): Map<string, string> {
  const sub = new Map<string, string>();
  for (const word of words) {
    const colon = word.indexOf(':');
    if (colon < 0 && words.length > 1) throw badWord(`: ${word} (missing <controller>: prefix)`);
    for (const controller of colon < 0 ? [''] : word.slice(0, colon).split(',')) {
      if (colon >= 0 && controller === '') throw badWord(`: ${word} (empty <controller> prefix)`);
      if (sub.has(controller)) throw badWord(`(s): controller ${controller} specified multiple times`);
      sub.set(controller, word.slice(colon + 1));
    }
  }
  return sub;
}

function badWord(what: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `invalid --cgroup argument${what}`, { stage: 'cgroup' });
}

/** @throws RuntimeError `error adding pid to cgroups: …`; nothing stays open then */
export function openEntrance(native: EntranceNative, request: EntranceRequest): Entrance {
  const paths = subPaths(request);
  const hybrid = Object.keys(paths).length > 1;
  const opened: number[] = [];
  let birthplace = -1;
  let group: string | undefined;
  let last = '';
  for (const name in paths) {
    const directory = paths[name] as string;
    // Controllers that share a hierarchy follow each other (cpu and cpuacct).
    if (directory === last) continue;
    last = directory;
    try {
      if (name === '') {
        group = directory;
        birthplace = openGroup(native, directory, request);
      } else opened.push(native.open(`${directory}/tasks`, O_WRONLY));
    } catch (error) {
      // In a hybrid the unified group is a courtesy, as in `create`.
      if (request.rootless || (name === '' && hybrid)) continue;
      for (const descriptor of birthplace < 0 ? opened : [...opened, birthplace]) native.close(descriptor);
      throw joinFailure(error);
    }
  }
  return { birthplace, group, doors: opened };
}

/** @throws RuntimeError for a controller that is not there, and for a path that leads out of the container's group */
function subPaths({ paths, sub }: EntranceRequest): Readonly<Record<string, string>> {
  if (sub.size === 0) return paths;
  const result: Record<string, string> = { ...paths };
  const everywhere = sub.get('');
  for (const [name, path] of everywhere === undefined ? sub : Object.keys(paths).map((one) => [one, everywhere])) {
    const base = Object.hasOwn(paths, name as string) ? paths[name as string] : undefined;
    if (base === undefined) {
      throw new RuntimeError('InvalidArgument', `unknown controller ${name} in SubCgroupPaths`, { stage: 'cgroup' });
    }
    result[name as string] = below(base, path as string);
  }
  return result;
}

function below(base: string, path: string): string {
  const parts = base.split('/');
  const depth = parts.length;
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const whole = parts.join('/');
  if (parts.length >= depth && (whole === base || whole.startsWith(`${base}/`))) return whole;
  throw new RuntimeError('InvalidArgument', `bad sub cgroup path: ${path}`, {
    stage: 'cgroup',
    hint: "--cgroup names a group below the container's own",
  });
}

/** A container may have moved its first process, and the group that we made is then gone (runc#5089). */
function openGroup(native: EntranceNative, directory: string, request: EntranceRequest): number {
  try {
    return native.open(directory, O_PATH_DIRECTORY);
  } catch (error) {
    if (request.sub.size > 0 || !isSystemError(error, 'ENOENT')) throw error;
    const group = groupOf(native, request.init);
    if (group === undefined) throw error;
    return native.open(group, O_PATH_DIRECTORY);
  }
}

/** The v2 group of a process, or undefined when it is gone. */
export function groupOf(native: Pick<Native, 'readProcess'>, pid: number): string | undefined {
  const own = parseOwnGroups(native.readProcess(pid, 'cgroup') ?? '').get('');
  return own === undefined ? undefined : `${UNIFIED}${own}`;
}

/** runc's words around a failed move. */
export function joinFailure(error: unknown, pid = 0): unknown {
  if (!isSystemError(error) && !(error instanceof RuntimeError && error.code === 'Internal')) return error;
  const text = `error adding pid ${pid} to cgroups: ${error.message}`;
  const detail = isSystemError(error) ? { syscall: error.syscall, errno: error.code, path: error.path } : error.detail;
  return new RuntimeError('FailedPrecondition', text, { ...detail, stage: 'cgroup' }, error);
}
