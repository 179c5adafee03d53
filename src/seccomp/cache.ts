import { RuntimeError } from '../errors.ts';
import { type Native, native } from '../host/native.ts';
import type { Seccomp } from '../spec/types.ts';
import { type CompiledFilter, decodeEntry, encodeEntry } from './entry.ts';
import { seccompPlan } from './profile.ts';

/** To be raised when the same profile compiles to something else: a change in profile.ts, seccomp.cc or enosys.cc. */
const FORMAT = 'hoist seccomp 1';

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

/**
 * The BPF of a container's seccomp section, from the cache below the state root or compiled (1 to 10 ms for an engine's profile).
 *
 * The key is a digest of the section as it stands in config.json with the version of libseccomp and the architecture, so a hit reads no
 * rule at all. An entry counts only when it and its folders are ours alone (owner, mode) and its own digest is right; anything
 * else is compiled anew. The folder is `<root>/.cache/seccomp`, never a container's.
 *
 * @param root the state root; it need not exist.
 * @param debug gets a line for each name of a system call that is unknown here, when compiling.
 * @throws RuntimeError InvalidArgument for a profile that cannot be compiled, Unimplemented for SCMP_ACT_NOTIFY.
 */
export function seccompFilter(
  root: string,
  seccomp: Seccomp,
  debug: (line: string) => void = () => undefined,
): CompiledFilter {
  return cachedFilter(native, root, seccomp, debug);
}

/** seccompFilter with the addon as an argument. */
export function cachedFilter(
  addon: CacheNative,
  root: string,
  seccomp: Seccomp,
  debug: (line: string) => void,
): CompiledFilter {
  const folder = `${root}/.cache/seccomp`;
  const path = `${folder}/${cacheKey(addon, seccomp)}`;
  const known = load(addon, root, path);
  if (known !== undefined) return known;
  const filter = compile(addon, seccomp, debug);
  try {
    save(addon, folder, path, filter);
  } catch {
    debug(`the seccomp cache ${folder} cannot be written`); // a read-only or full disk: the container starts all the same
  }
  return filter;
}

/** Bigints become strings with an `n`, which no number in JSON can be. */
function cacheKey(addon: CacheNative, seccomp: Seccomp): string {
  const { version, architecture } = addon.seccompInfo();
  const text = JSON.stringify(seccomp, hasBigints(seccomp) ? bigintsAsText : undefined);
  return addon.hash(`${FORMAT}\n${version}\n${architecture}\n${text}`);
}

const hasBigints = (seccomp: Seccomp) =>
  seccomp.syscalls?.some(({ args }) =>
    args?.some(({ value, valueTwo }) => typeof value === 'bigint' || typeof valueTwo === 'bigint'),
  );

const bigintsAsText = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);

function load(addon: CacheNative, root: string, path: string): CompiledFilter | undefined {
  const { euid } = addon.ids();
  const owned = (place: string, kind: 'directory' | 'file') => {
    const status = addon.lstat(place);
    const open = status === undefined || (status.mode & 0o077) !== 0;
    return !open && status.kind === kind && status.uid === euid && status.size <= LARGEST_ENTRY;
  };
  if (!owned(path, 'file') || !owned(`${root}/.cache`, 'directory') || !owned(`${root}/.cache/seccomp`, 'directory'))
    return undefined;
  const bytes = addon.readBytes(path, LARGEST_ENTRY);
  return bytes === undefined ? undefined : decodeEntry(bytes, (data) => addon.hash(data));
}

function compile(addon: CacheNative, seccomp: Seccomp, debug: (line: string) => void): CompiledFilter {
  const { request, flags, notify } = seccompPlan(seccomp);
  if (notify) {
    throw new RuntimeError(
      'Unimplemented',
      'seccomp notify unsupported: SCMP_ACT_NOTIFY needs a listener, which this version does not have',
      {
        stage: 'seccomp',
        hint: 'take the rules with SCMP_ACT_NOTIFY out of linux.seccomp, or let them answer SCMP_ACT_ERRNO',
      },
    );
  }
  try {
    const { filter, unknown } = addon.compileSeccomp(request);
    for (const name of unknown) debug(`unknown seccomp syscall or architecture "${name}" ignored`);
    return { filter, flags };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new RuntimeError('InvalidArgument', `error loading seccomp filter: ${text}`, { stage: 'seccomp' }, error);
  }
}

function save(addon: CacheNative, folder: string, path: string, filter: CompiledFilter): void {
  addon.mkdirAll(folder, 0o700);
  const entries = addon.readDirectory(folder);
  if (entries.length >= MOST_ENTRIES) {
    const byAge = entries
      .map(({ name }) => ({ name, age: addon.lstat(`${folder}/${name}`)?.modifiedMs ?? 0 }))
      .sort((a, b) => a.age - b.age);
    for (const { name } of byAge.slice(0, entries.length - MOST_ENTRIES + 1)) addon.unlink(`${folder}/${name}`);
  }
  addon.replaceFile(
    path,
    encodeEntry(filter, (data) => addon.hash(data)),
    0o600,
  );
}
