/** The process of an `exec`: a file, or the bundle's own process with changes. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { issuesText } from '../spec/issues.ts';
import { hasLongNumber, JsonError, parse, parseRounded } from '../spec/parse.ts';
import type { Process } from '../spec/types.ts';
import { validateProcess } from '../spec/validate-process.ts';
import type { Verdict } from '../spec/verdict.ts';
import type { Context } from './context.ts';

const LIMIT = 64 * 1024 * 1024;

/** Where the process comes from: a process.json, a process as it would stand in one, or the bundle's own with changes. */
export type ProcessSource = { readonly file: string } | { readonly whole: Process } | { readonly changes: Changes };

/** What is different from the process of the bundle's config.json. */
export interface Changes {
  /** The program and its arguments. */
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** Added to the environment, `NAME=value`. */
  readonly env?: readonly string[] | undefined;
  readonly terminal: boolean;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Added to the bounding, effective and permitted set, and to the ambient one of a process that has an inheritable set. */
  readonly capabilities?: readonly string[] | undefined;
  /** Added. */
  readonly additionalGids?: readonly number[] | undefined;
  readonly apparmorProfile?: string | undefined;
  readonly selinuxLabel?: string | undefined;
  readonly noNewPrivileges?: boolean | undefined;
}

/**
 * Of config.json, as it is now, nothing but the process is looked at: the container exists.
 *
 * @param bundle path of the container's bundle
 * @throws RuntimeError InvalidArgument with every problem in one line, SystemError when a file cannot be read
 */
export function processOf(context: Context, bundle: string, source: ProcessSource): Process {
  if ('whole' in source) return accept(context, validateProcess({ ...source.whole }), 'process', '');
  const path = 'file' in source ? source.file : `${bundle}/config.json`;
  const text = native.readFile(path, LIMIT);
  if ('file' in source) return check(context, text, path, (value) => value, 'process.json');
  return check(context, text, path, (value) => change(processIn(value), source.changes), 'config.json');
}

function processIn(config: unknown): unknown {
  return typeof config === 'object' && config !== null && 'process' in config ? config.process : undefined;
}

function check(
  context: Context,
  text: string,
  path: string,
  select: (value: unknown) => unknown,
  subject: string,
): Process {
  const at = subject === 'config.json' ? 'process' : '';
  const detail = { stage: 'config', path };
  const verdictOf = (read: (text: string) => unknown) => {
    try {
      const chosen = select(read(text));
      if (chosen === undefined || chosen === null)
        throw new RuntimeError('InvalidArgument', 'process property must not be empty', detail);
      return validateProcess(chosen, at);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new RuntimeError('InvalidArgument', `${subject} is no valid JSON: ${error.message}`, detail);
    }
  };
  let verdict = verdictOf(parseRounded);
  // One of the issues may be a number that was rounded: again, exactly.
  if (!verdict.value && hasLongNumber(text)) verdict = verdictOf(parse);
  return accept(context, verdict, subject, path);
}

function accept(context: Context, verdict: Verdict<Process>, subject: string, path: string): Process {
  for (const warning of verdict.warnings) context.log.warn(`${warning.path}: ${warning.message}`);
  if (verdict.value) return verdict.value;
  throw new RuntimeError('InvalidArgument', issuesText(verdict.issues, subject), { stage: 'config', path });
}

/** Of what has not the form of a process nothing is changed: the validator will say so. */
function change(value: unknown, changes: Changes): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const process = value as Process;
  const { cwd, env = [], uid, gid, apparmorProfile, selinuxLabel, noNewPrivileges } = changes;
  process.args = [...changes.args];
  process.terminal = changes.terminal;
  if (cwd) process.cwd = cwd;
  if (apparmorProfile) process.apparmorProfile = apparmorProfile;
  if (selinuxLabel) process.selinuxLabel = selinuxLabel;
  if (noNewPrivileges !== undefined) process.noNewPrivileges = noNewPrivileges;
  if (env.length > 0) process.env = added(process.env, env);
  changeUser(process, uid, gid, changes.additionalGids ?? []);
  addCapabilities(process, changes.capabilities ?? []);
  return process;
}

function changeUser(process: Process, uid: number | undefined, gid: number | undefined, more: readonly number[]): void {
  if (uid === undefined && gid === undefined && more.length === 0) return;
  const user = { ...process.user };
  if (uid !== undefined) user.uid = uid;
  if (gid !== undefined) user.gid = gid;
  if (more.length > 0) user.additionalGids = added(user.additionalGids, more);
  process.user = user;
}

/** Never to the inheritable set (CVE-2022-29162); the kernel takes an ambient capability only where that holds it. */
function addCapabilities(process: Process, names: readonly string[]): void {
  if (names.length === 0) return;
  const sets = { ...process.capabilities };
  for (const set of ['bounding', 'effective', 'permitted'] as const) sets[set] = added(sets[set], names);
  if (sets.inheritable) sets.ambient = added(sets.ambient, names);
  process.capabilities = sets;
}

function added<T>(list: readonly T[] | undefined, more: readonly T[]): T[] {
  return Array.isArray(list) ? [...list, ...more] : [...more];
}
