import { RuntimeError } from '../errors.ts';
import { type Native, native } from '../host/native.ts';
import type { Seccomp } from '../spec/types.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import { filterFlags, notifies, seccompPlan } from './profile.ts';

/** To be raised when the same profile compiles to something else: a change in profile.ts, seccomp.cc or enosys.cc. */
const FORMAT = 'hoist seccomp 2';

/** The kernel takes 4096 instructions of 8 bytes; the rest is the head. */
const LARGEST_ENTRY = 64 * 1024;

/** Entries that are kept; a host has a handful of profiles. */
const MOST_ENTRIES = 64;

type CacheNative = Pick<
  Native,
  | 'hash'
  | 'ids'
  | 'lstat'
  | 'readBytes'
  | 'mkdirAll'
  | 'replaceFile'
  | 'readDirectory'
  | 'unlink'
  | 'compileSeccomp'
  | 'seccompInfo'
>;

export interface CompiledFilter {
  /** struct sock_filter, 8 bytes each, in this machine's byte order. */
  readonly filter: Uint8Array;
  /** For seccomp(2). */
  readonly flags: number;
  /** Loading it makes a descriptor for whoever answers SCMP_ACT_NOTIFY. */
  readonly listener: boolean;
}

/**
 * The BPF of a container's seccomp section, from the cache below the state root or compiled (1 to 10 ms for an engine's profile).
 *
 * The key is a digest of the section as it stands in config.json with the version of libseccomp and the architecture, so a hit reads no
 * rule at all. An entry counts only when it and its folder are ours alone (owner, mode) and its own digest is right; anything
 * else is compiled anew. The folder is `<root>/.cache/seccomp`, never a container's.
 *
 * @param root the state root; it need not exist.
 * @param debug gets a line for each name of a system call that is unknown here, when compiling.
 * @throws RuntimeError InvalidArgument for a profile that cannot be compiled.
 */
export function seccompFilter(
  root: string,
  seccomp: Seccomp,
  debug: (line: string) => void = () => undefined,
): CompiledFilter {
  return cachedFilter(native, root, seccomp, debug);
}

/** seccompFilter with the addon as an argument. This is the hot path: few functions and no iteration helpers, each costs when cold. */
export function cachedFilter(
  addon: CacheNative,
  root: string,
  seccomp: Seccomp,
  debug: (line: string) => void,
): CompiledFilter {
  const folder = `${root}/.cache/seccomp`;
  const key = cacheKey(addon, seccomp);
  const known = load(addon, folder, key);
  if (known !== undefined) return { filter: known, flags: filterFlags(seccomp), listener: notifies(seccomp) };
  const made = compile(addon, seccomp, debug);
  try {
    save(addon, folder, key, made.filter);
  } catch {
    debug(`the seccomp cache ${folder} cannot be written`); // a read-only or full disk: the container starts all the same
  }
  return made;
}

function cacheKey(addon: CacheNative, seccomp: Seccomp): string {
  const { version, architecture } = addon.seccompInfo();
  return addon.hash(`${FORMAT}\n${version}\n${architecture}\n${asText(seccomp)}`);
}

/** As JSON; 64-bit values that are bigints become strings with an `n`, which no number can be. */
function asText(seccomp: Seccomp): string {
  try {
    return JSON.stringify(seccomp);
  } catch {
    return JSON.stringify(seccomp, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  }
}

function load(addon: CacheNative, folder: string, key: string): Uint8Array | undefined {
  const path = `${folder}/${key}`;
  const file = addon.lstat(path);
  if (file === undefined || file.kind !== 'file' || file.size > LARGEST_ENTRY || file.mode % 0o100 !== 0)
    return undefined;
  const around = addon.lstat(folder);
  if (around === undefined || around.kind !== 'directory' || around.mode % 0o100 !== 0) return undefined;
  const { euid } = addon.ids();
  if (file.uid !== euid || around.uid !== euid) return undefined;
  const bytes = addon.readBytes(path, LARGEST_ENTRY);
  return bytes === undefined ? undefined : decodeEntry(key, bytes, addon.hash);
}

function compile(addon: CacheNative, seccomp: Seccomp, debug: (line: string) => void): CompiledFilter {
  const { request, flags } = seccompPlan(seccomp);
  try {
    const { filter, unknown } = addon.compileSeccomp(request);
    for (const name of unknown) debug(`unknown seccomp syscall or architecture "${name}" ignored`);
    return { filter, flags, listener: notifies(seccomp) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new RuntimeError('InvalidArgument', `error loading seccomp filter: ${text}`, { stage: 'seccomp' }, error);
  }
}

function save(addon: CacheNative, folder: string, key: string, filter: Uint8Array): void {
  addon.mkdirAll(folder, 0o700);
  const entries = addon.readDirectory(folder);
  if (entries.length >= MOST_ENTRIES) {
    const byAge = entries
      .map(({ name }) => ({ name, age: addon.lstat(`${folder}/${name}`)?.modifiedMs ?? 0 }))
      .sort((a, b) => a.age - b.age);
    for (const { name } of byAge.slice(0, entries.length - MOST_ENTRIES + 1)) addon.unlink(`${folder}/${name}`);
  }
  addon.replaceFile(`${folder}/${key}`, encodeEntry(key, filter, addon.hash), 0o600);
}
