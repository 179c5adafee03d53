/** What the verbs of the runtime get from a shim. */

import { callerEnvironment, readLaunch } from '../host/launch.ts';
import { native } from '../host/native.ts';
import { Log } from '../log.ts';
import type { Context } from '../runtime/context.ts';

/** @param write takes one line with its line break, and never throws */
export function openLog(debug: boolean, write: (line: string) => void): Log {
  const localOffset = native.localOffset;
  return new Log({ format: 'text', terminal: () => false, debug, started: Date.now(), localOffset, write });
}

/** @returns a runtime for each set of settings */
export function contexts(log: Log): (settings: Pick<Context, 'root' | 'systemdCgroup'>) => Context {
  const inherited = readLaunch(process.env);
  // A hook is owed the environment of our caller, and nothing of it may tell systemd that the caller is ready.
  const environment = callerEnvironment(process.env).filter((entry) => !entry.startsWith('NOTIFY_SOCKET='));
  return ({ root, systemdCgroup }) => ({
    root,
    rootless: 'auto',
    systemdCgroup,
    log,
    trace: undefined,
    inherited,
    environment,
    blocking: false,
  });
}
