/** `create`: everything up to the start of the container's process (spec: runtime.md, Create). */

import { native } from '../host/native.ts';
import { type Bundle, loadBundle } from './bundle.ts';
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
  const bundle = openBundle(context, request, true);
  const birth = await Birth.prepare(context, bundle, birthRequest(context, request, true));
  const born = await birth.ready();
  if (born.master >= 0) native.close(born.master);
  await birth.leave();
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
    onReady: (born) => handOut(request, born),
  };
}

/** The bundle, fit for what is asked. @throws RuntimeError */
export function openBundle(context: Context, request: CreateRequest, detached: boolean): Bundle {
  const bundle = loadBundle(context, request.bundle);
  const { process } = bundle.spec;
  checkConsole(process?.terminal === true, request.consoleSocket, detached);
  if (process && request.listenFds)
    process.env = [...(process.env ?? []), `LISTEN_FDS=${request.listenFds}`, 'LISTEN_PID=1'];
  return bundle;
}
