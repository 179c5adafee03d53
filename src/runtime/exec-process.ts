/** The process of an `exec` as it will be: read, changed, checked. */

import { RuntimeError } from '../errors.ts';
import { issuesText } from '../spec/issues.ts';
import { hasLongNumber, JsonError, parse, parseRounded } from '../spec/parse.ts';
import type { Process } from '../spec/types.ts';
import { validateProcess } from '../spec/validate-process.ts';
import type { Verdict } from '../spec/verdict.ts';
import type { Context } from './context.ts';
import type { Changes, Source } from './exec-source.ts';

/** @throws RuntimeError InvalidArgument with every problem in one line */
export function processOf(context: Context, { from, path, text }: Source): Process {
  if ('whole' in from) return accept(context, validateProcess({ ...from.whole }), 'process', '');
  if ('file' in from) return check(context, text, path, (value) => value, 'process.json');
  return check(context, text, path, (value) => change(processIn(value), from.changes), 'config.json');
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
