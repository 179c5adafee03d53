/** `create`: everything up to the start of the container's process (spec: runtime.md, Create). */

import { RuntimeError } from '../errors.ts';
import { isInherited } from '../host/launch.ts';
import { native } from '../host/native.ts';
import { type Bundle, loadBundle } from './bundle.ts';
import { sendConsole, takeOurSize } from './console.ts';
import type { Context } from './context.ts';
import { Birth, type BirthRequest, type Born } from './launch.ts';

const STDIO = [0, 1, 2] as const;
const PUBLIC_FILE = 0o644;

export interface CreateRequest {
  readonly id: string;
  /** Path of the bundle; relative to the working directory. */
  readonly bundle: string;
  readonly consoleSocket?: string | undefined;
  readonly pidFile?: string | undefined;
  readonly pidfdSocket?: string | undefined;
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
  checkConsole(bundle, request, detached);
  const { process } = bundle.spec;
  if (process && request.listenFds)
    process.env = [...(process.env ?? []), `LISTEN_FDS=${request.listenFds}`, 'LISTEN_PID=1'];
  return bundle;
}

/** runc's rules and words for terminals. */
function checkConsole(bundle: Bundle, { consoleSocket }: CreateRequest, detached: boolean): void {
  const terminal = bundle.spec.process?.terminal === true;
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

/** Every descriptor from 3 on must be there: a hole would be filled with one of ours. */
function preserved(context: Context, count: number): number {
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
function handOut(request: CreateRequest, born: Born): void {
  if (born.master >= 0) {
    if (request.consoleSocket === undefined) takeOurSize(born.master);
    else sendConsole(request.consoleSocket, born.master);
  }
  if (request.pidfdSocket !== undefined) native.sendDescriptor(request.pidfdSocket, 'pidfd', born.pidfd);
  if (request.pidFile !== undefined) native.replaceFile(request.pidFile, String(born.pid), PUBLIC_FILE);
}
