/** What passes between the caller of a command and a new process: its terminal, its pid, descriptors. */

import { RuntimeError } from '../errors.ts';
import { isInherited } from '../host/launch.ts';
import { native } from '../host/native.ts';
import { adoptConsole, sendConsole } from './console.ts';
import type { Context } from './context.ts';

export const STDIO = [0, 1, 2] as const;
const PUBLIC_FILE = 0o644;

/** Absolute paths. */
export interface HandOut {
  /** A unix socket that gets the master of the terminal. */
  readonly consoleSocket?: string | undefined;
  readonly pidFile?: string | undefined;
  /** A unix socket that gets a pidfd. */
  readonly pidfdSocket?: string | undefined;
  /** The caller serves the terminal itself, from its master: it is left as it is. */
  readonly keepsTerminal?: boolean | undefined;
}

interface Handed {
  readonly pid: number;
  readonly pidfd: number;
  /** The terminal's master, or -1. */
  readonly master: number;
}

/** runc's rules and words for terminals. @throws RuntimeError */
export function checkConsole(terminal: boolean, consoleSocket: string | undefined, detached: boolean): void {
  if (detached && terminal && !consoleSocket) {
    throw new RuntimeError(
      'InvalidArgument',
      'cannot allocate tty if hoist will detach without setting console socket',
      {
        stage: 'config',
        hint: 'give --console-socket, or set process.terminal to false',
      },
    );
  }
  if (consoleSocket && !(detached && terminal)) {
    throw new RuntimeError('InvalidArgument', 'cannot use console socket if hoist will not detach or allocate tty', {
      stage: 'config',
    });
  }
}

/** Every descriptor from 3 on must be there: a hole would be filled with one of ours. @throws RuntimeError */
export function preserved(context: Context, count: number): number {
  for (let descriptor = 3; descriptor < 3 + count; descriptor++) {
    const launch = context.inherited;
    const given = launch ? isInherited(launch, descriptor) : native.fcntlGetFlags(descriptor) !== undefined;
    if (given) continue;
    throw new RuntimeError(
      'InvalidArgument',
      `unable to stat preserved-fd ${descriptor - 3} (of ${count}): bad file descriptor`,
      {
        stage: 'config',
        hint: `descriptor ${descriptor} is not open in the caller`,
      },
    );
  }
  return count;
}

/** What the caller gets before the process may go on. */
export function handOut(request: HandOut, born: Handed): void {
  handOutConsole(request, born.master);
  handOutProcess(request, born);
}

/** The terminal goes to the socket, or takes the size of ours. @param master of the terminal, or -1 */
export function handOutConsole({ consoleSocket, keepsTerminal }: HandOut, master: number): void {
  if (master < 0 || keepsTerminal) return;
  if (consoleSocket === undefined) adoptConsole(master);
  else sendConsole(consoleSocket, master);
}

export function handOutProcess({ pidFile, pidfdSocket }: HandOut, { pid, pidfd }: Omit<Handed, 'master'>): void {
  if (pidfdSocket !== undefined) native.sendDescriptor(pidfdSocket, 'pidfd', pidfd);
  if (pidFile !== undefined) native.replaceFile(pidFile, String(pid), PUBLIC_FILE);
}
