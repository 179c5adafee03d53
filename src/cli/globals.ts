/** The options before the command → the state root, the log and the rest of what every verb needs. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { Log } from '../log.ts';
import type { Values } from './option.ts';
import { goBoolean } from './parse.ts';
import { absolute } from './path.ts';
import type { globals } from './table.ts';

export type Globals = Values<typeof globals>;

export interface LogOutput {
  readonly log: Log;
  /** `people`: text on standard error; `program`: JSON on standard error; `file`: the fatal error goes to standard error too. */
  readonly reader: 'people' | 'program' | 'file';
}

/** O_WRONLY|O_APPEND|O_CREAT|O_SYNC, as runc opens its log. */
const LOG_FLAGS = 0o1 + 0o2000 + 0o100 + 0o4010000;
const STDERR = 2;

/** The log before the options are known to be good: text on standard error. */
export function standardLog(): LogOutput {
  return openLog({ log: undefined, 'log-format': undefined, debug: false });
}

/**
 * @throws RuntimeError for an unknown format
 * @throws SystemError when the file cannot be opened
 */
export function openLog(values: Pick<Globals, 'log' | 'log-format' | 'debug'>): LogOutput {
  const format = values['log-format'] || 'text';
  if (format !== 'text' && format !== 'json') {
    throw new RuntimeError('InvalidArgument', `invalid log-format: ${format}`, { hint: 'use text or json' });
  }
  const descriptor = values.log ? native.open(values.log, LOG_FLAGS, 0o644) : STDERR;
  const write = (line: string) => {
    try {
      native.write(descriptor, line);
    } catch {
      // A full disk or a reader that went away must not change what becomes of the container.
    }
  };
  const terminal = () => native.isTerminal(descriptor);
  const log = new Log({ format, terminal, debug: values.debug, write });
  return { log, reader: descriptor !== STDERR ? 'file' : format === 'text' ? 'people' : 'program' };
}

/** What the choice of the state root depends on. */
export interface RootFacts {
  readonly euid: number;
  /** XDG_RUNTIME_DIR and USER. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** /proc/self/uid_map; read only when it matters. */
  uidMap(): string;
}

/**
 * The state root without `--root`, by runc's rule: `$XDG_RUNTIME_DIR/hoist` for everyone but root; root in a user
 * namespace counts as everyone, unless USER says root.
 */
export function defaultRoot(facts: RootFacts): { readonly path: string; readonly ofUser: boolean } {
  const folder = facts.environment.XDG_RUNTIME_DIR;
  if (!folder || !isUser(facts)) return { path: '/run/hoist', ofUser: false };
  return { path: `${folder}/hoist`, ofUser: true };
}

function isUser(facts: RootFacts): boolean {
  if (facts.euid !== 0) return true;
  const initial = /^\s*0\s+0\s+4294967295\s*$/.test(facts.uidMap());
  return !initial && facts.environment.USER !== 'root';
}

/**
 * The absolute state root. The user's own is made here, and marked sticky: whoever tidies up $XDG_RUNTIME_DIR leaves
 * sticky folders alone (XDG base directory specification).
 * @throws RuntimeError for `/`
 */
export function stateRoot(given: string | undefined): string {
  if (given !== undefined) {
    const root = absolute(given);
    if (root !== '/') return root;
    throw new RuntimeError('InvalidArgument', 'Option --root argument should not be set to /');
  }
  const uidMap = () => native.readFile('/proc/self/uid_map');
  const { path, ofUser } = defaultRoot({ euid: native.ids().euid, environment: process.env, uidMap });
  if (ofUser) makeUserRoot(path);
  return path;
}

function makeUserRoot(path: string): void {
  try {
    native.mkdirAll(path, 0o700);
    native.chmod(path, 0o1700);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'the path in $XDG_RUNTIME_DIR must be writable by the user';
    throw new RuntimeError('PermissionDenied', message, { stage: 'root', path, hint }, error);
  }
}

/**
 * `--rootless`: true, false (or Go's other words for them) or auto.
 * @throws RuntimeError for anything else
 */
export function parseRootless(value: string | undefined): boolean | 'auto' {
  if (!value || value.toLowerCase() === 'auto') return 'auto';
  const result = goBoolean(value);
  if (result !== undefined) return result;
  throw new RuntimeError('InvalidArgument', `invalid value ${JSON.stringify(value)} for flag -rootless`, {
    hint: 'use true, false or auto',
  });
}
