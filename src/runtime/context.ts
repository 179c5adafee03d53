/** What every verb gets: where state lives, how to report, what the caller's process was like. */

import type { Launch } from '../host/launch.ts';
import type { Log } from '../log.ts';
import type { Trace } from './trace.ts';

export interface Context {
  /** Absolute path of the state root. */
  readonly root: string;
  /** Whether cgroup permission errors are ignored; `auto` decides by who we are (runc's rootless_linux.go). */
  readonly rootless: boolean | 'auto';
  readonly systemdCgroup: boolean;
  /** New containers get no groups of their own, and so no limits and no device rules; they stay in the caller's. */
  readonly withoutCgroups?: boolean;
  readonly log: Log;
  readonly trace: Trace | undefined;
  /** What the launcher recorded before the JavaScript engine changed it; undefined in the library. */
  readonly inherited: Launch | undefined;
  /** The caller's environment as `NAME=value`, for hooks that have none of their own. */
  readonly environment: readonly string[];
  /** True: waits may block the thread (the command line). False: they go through the event loop (library, shim). */
  readonly blocking: boolean;
}
