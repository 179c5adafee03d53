/** Terminals of containers, on our side (runc's docs/terminals.md). */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';

/** What runc sends along with the descriptor: the name of the terminal. */
const NAME = '/dev/ptmx';
const STDIO = [0, 1, 2];

/**
 * Hands the master of a terminal to whoever listens on a unix socket, as it is: docker's client shows it on a terminal that adds no
 * carriage return to a new line, so ours has to (ONLCR).
 */
export function sendConsole(path: string, master: number): void {
  handOver(path, NAME, master);
}

/** The same for a terminal that is in use already. @param name what is sent along */
export function handOver(path: string, name: string, master: number): void {
  try {
    native.sendDescriptor(path, name, master);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new RuntimeError(
      'InvalidArgument',
      `cannot hand the terminal to the console socket: ${error.message}`,
      {
        stage: 'console',
        syscall: error.syscall,
        errno: error.code,
        path,
        hint: 'a program must listen on the socket before the container is created',
      },
      error,
    );
  }
}

/**
 * A terminal that we serve ourselves, in the foreground: new lines are left to ours, and it has the size of ours before anybody can ask
 * for it. Later changes follow while we wait.
 */
export function adoptConsole(master: number): void {
  native.clearNewlineMapping(master);
  const ours = STDIO.find((descriptor) => native.isTerminal(descriptor));
  if (ours === undefined) return;
  const { columns, rows } = native.windowSize(ours);
  native.setWindowSize(master, columns, rows);
}
