/** The options before the command → the state root, the log and the rest of what every verb needs. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { Log } from '../log.ts';
import type { Values } from './option.ts';
import { absolute } from './path.ts';
import { defaultRoot } from './root.ts';
import type { globals } from './table.ts';

export type Globals = Values<typeof globals>;

export interface LogOutput {
  /** Made when somebody has something to say. */
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
  const started = Date.now();
  let log: Log | undefined;
  return {
    get log() {
      log ??= makeLog(descriptor, format, values.debug, started);
      return log;
    },
    reader: descriptor !== STDERR ? 'file' : format === 'text' ? 'people' : 'program',
  };
}

function makeLog(descriptor: number, format: 'text' | 'json', debug: boolean, started: number): Log {
  const write = (line: string) => {
    try {
      native.write(descriptor, line);
    } catch {
      // A full disk or a reader that went away must not change what becomes of the container.
    }
  };
  const terminal = () => native.isTerminal(descriptor);
  return new Log({ format, terminal, debug, started, localOffset: native.localOffset, write });
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
  const { path, ofUser } = defaultRoot({
    environment: process.env,
    euid: () => native.ids().euid,
    uidMap: () => native.readFile('/proc/self/uid_map'),
  });
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
