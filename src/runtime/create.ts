/** `create`: everything up to the start of the container's process (spec: runtime.md, Create). */

import { native } from '../host/native.ts';
import { type Bundle, loadBundle } from './bundle.ts';
import { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';
import { checkConsole, type HandOut, handOut, preserved, STDIO } from './hand-out.ts';
import { Birth, type BirthRequest } from './launch.ts';

export interface CreateRequest extends HandOut {
  readonly id: string;
  /** Path of the bundle; relative to the working directory. */
  readonly bundle: string;
  readonly preserveFds: number;
  /** Sockets of a service manager (sd_listen_fds(3)), from 3 on and before those of `preserveFds`; the process is told of them. */
  readonly listenFds?: number | undefined;
  /** Their names, with colons between them. */
  readonly listenNames?: string | undefined;
  /** The socket of a service manager (sd_notify(3)), which hears from `start`, or `run`, when the container says that it is ready. */
  readonly notifySocket?: string | undefined;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** What becomes stdin, stdout and stderr of the container; the caller's own by default. */
  readonly stdio?: readonly [number, number, number] | undefined;
}

/**
 * Creates a container, which then waits for `start`.
 * @throws RuntimeError; nothing is left behind then
 */
export async function create(context: Context, request: CreateRequest): Promise<void> {
  const { pidfd, master } = await createAttended(context, request);
  native.close(pidfd);
  if (master >= 0) native.close(master);
}

/** A container that waits for `start`. The descriptors are the caller's to close. */
export interface Created {
  readonly pid: number;
  readonly pidfd: number;
  /** The terminal's master, or -1. */
  readonly master: number;
  /** It has no pid namespace of its own: its end is nobody else's. */
  readonly sharesPidNamespace: boolean;
}

/**
 * The same for a caller that stays with its child: it gets told what to wait for, and may serve the terminal (`keepsTerminal`).
 * @throws RuntimeError; nothing is left behind then
 */
export async function createAttended(context: Context, request: CreateRequest): Promise<Created> {
  context.log.hold();
  try {
    const bundle = await openBundle(context, request, request.keepsTerminal !== true);
    const birth = await Birth.prepare(context, bundle, birthRequest(context, request, true));
    const { pid, pidfd, master, state } = await birth.ready();
    const created = { pid, pidfd: native.dup(pidfd), master, sharesPidNamespace: state.shares_pid_namespace };
    await birth.leave();
    return created;
  } finally {
    context.log.release();
  }
}

/** The part of a request that `run` shares. */
export function birthRequest(context: Context, request: CreateRequest, fifo: boolean): BirthRequest {
  return {
    id: request.id,
    noPivot: request.noPivot,
    noNewKeyring: request.noNewKeyring,
    preserveFds: preserved(context, (request.listenFds ?? 0) + request.preserveFds),
    fifo,
    stdio: request.stdio ?? STDIO,
    notify: request.notifySocket !== undefined,
    onReady: (born) => handOut(request, born),
  };
}

/** The bundle, fit for what is asked. @throws RuntimeError */
export async function openBundle(context: Context, request: CreateRequest, detached: boolean): Promise<Bundle> {
  const bundle = loadBundle(context, request.bundle);
  const { process } = bundle.spec;
  checkConsole(process?.terminal === true, request.consoleSocket, detached);
  if (process && request.listenFds) process.env = [...(process.env ?? []), ...listenVariables(request)];
  if (request.notifySocket) {
    const { addNotifySocket } = await import('./notify-socket.ts');
    addNotifySocket(bundle.spec, new ContainerFolder(context, request.id));
  }
  return bundle;
}

/** The process of a container is its first one, as far as it knows. */
function listenVariables({ listenFds, listenNames }: CreateRequest): string[] {
  const variables = [`LISTEN_FDS=${listenFds}`, 'LISTEN_PID=1'];
  if (listenNames !== undefined) variables.push(`LISTEN_FDNAMES=${listenNames}`);
  return variables;
}
