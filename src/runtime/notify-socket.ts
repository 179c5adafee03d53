/**
 * A container of a systemd service may say that it is ready (sd_notify(3)): it gets a socket of its own, in its state folder, and what
 * comes there is passed on to the service manager's, as runc does. Nothing else is: what a container says must not steer the manager.
 */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Spec } from '../spec/types.ts';
import type { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';

const INSIDE = '/run/notify';
const NAME = 'notify.sock';
const FOLDER_MODE = 0o755;
/** For any user of the container. */
const SOCKET_MODE = 0o777;
const TICK_MS = 100;
const BARRIER_MS = 30_000;

/** The container finds the socket at a place of its own. */
export function addNotifySocket(spec: Spec, folder: ContainerFolder): void {
  const { process, mounts = [] } = spec;
  if (!process) return;
  const options = ['bind', 'nosuid', 'noexec', 'nodev', 'ro'];
  spec.mounts = [...mounts, { destination: INSIDE, type: 'bind', source: folder.notify, options }];
  process.env = [...(process.env ?? []), `NOTIFY_SOCKET=${INSIDE}/${NAME}`];
}

/** For the mount; the socket comes with whoever passes on what it gets, which after `create` is `start`. */
export function makeNotifyFolder(folder: ContainerFolder): void {
  native.mkdir(folder.notify, FOLDER_MODE);
  // Again: our umask took bits away.
  native.chmod(folder.notify, FOLDER_MODE);
}

export class NotifySocket {
  /** What the container talks to, or -1. */
  descriptor = -1;
  private readonly context: Context;
  private readonly manager: number;
  /** The read end of the pipe whose other end the manager has, once readiness was passed on. */
  private barrier = -1;

  /**
   * @param manager NOTIFY_SOCKET of our own environment
   * @throws RuntimeError when the manager does not listen
   */
  constructor(context: Context, manager: string) {
    this.context = context;
    this.manager = connect(manager);
  }

  /** To be called before the process can say anything. */
  listen(folder: ContainerFolder): void {
    const path = `${folder.notify}/${NAME}`;
    // A `start` that was killed may have left it.
    native.unlink(path);
    this.descriptor = native.bindSocket(path);
    native.chmod(path, SOCKET_MODE);
  }

  /**
   * Until readiness was passed on and the manager has taken it in, or the container has ended.
   * @param pid what the manager is to watch from now on
   */
  async wait(pid: number, isAlive: () => boolean): Promise<void> {
    // One look more after its end: it may have said it as its last word.
    for (let alive = true; !this.advance(pid, this.patience); await this.pause()) {
      if (!alive) return;
      alive = isAlive();
    }
    for (let waited = 0; !this.isTakenIn(); waited += TICK_MS) {
      if (waited >= BARRIER_MS) return this.context.log.warn('Timeout after waiting 30s for barrier. Ignored.');
      await this.pause();
    }
  }

  /**
   * Passes readiness on if that has come.
   * @param pid what the manager is to watch from now on
   * @param timeoutMs how long to wait for it
   * @returns whether that is done
   */
  advance(pid: number, timeoutMs: number): boolean {
    const line = readyLine(this.receive(timeoutMs));
    if (line === undefined) return false;
    this.tell(`${line}\n`);
    this.tell(`MAINPID=${pid}\n`);
    const [reader, writer] = native.pipe();
    this.tell('BARRIER=1', [writer]);
    native.close(writer);
    this.barrier = reader;
    return true;
  }

  close(): void {
    for (const descriptor of [this.descriptor, this.manager, this.barrier]) {
      if (descriptor >= 0) native.close(descriptor);
    }
  }

  private get patience(): number {
    return this.context.blocking ? TICK_MS : 0;
  }

  private pause(): Promise<void> | undefined {
    return this.context.blocking ? undefined : new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }

  /** The manager closes its end of the pipe when it has dealt with everything before it (sd_notify_barrier(3)). */
  private isTakenIn(): boolean {
    try {
      if (native.read(this.barrier, 1, this.patience) === undefined) return true;
    } catch (error) {
      if (isSystemError(error, 'ETIMEDOUT')) return false;
      throw error;
    }
    throw new RuntimeError('FailedPrecondition', 'unexpected read from synchronization pipe', { stage: 'notify' });
  }

  private receive(timeoutMs: number): Uint8Array | undefined {
    try {
      const { data, descriptors = [] } = native.receive(this.descriptor, timeoutMs) ?? {};
      // Nobody asked for any, and they would fill our table.
      for (const descriptor of descriptors) native.close(descriptor);
      return data;
    } catch (error) {
      // A message that is too long, or with too many descriptors, says nothing either.
      if (!isSystemError(error, 'ETIMEDOUT', 'EMSGSIZE')) throw error;
      return undefined;
    }
  }

  private tell(text: string, descriptors: readonly number[] = []): void {
    native.send(this.manager, new TextEncoder().encode(text), descriptors);
  }
}

function connect(path: string): number {
  try {
    return native.connectSocket(path, true);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { syscall, code: errno } = error;
    const hint = 'NOTIFY_SOCKET of the environment names the socket of a service manager: unset it where there is none';
    const detail = { stage: 'notify', syscall, errno, path, hint };
    throw new RuntimeError('FailedPrecondition', `cannot reach the service manager: ${error.message}`, detail, error);
  }
}

/**
 * The line of a message that says that its sender is ready. systemd's lines end with a carriage return too: what stands behind one is
 * not passed on with it.
 */
function readyLine(message: Uint8Array | undefined): string | undefined {
  if (!message) return undefined;
  for (const line of new TextDecoder().decode(message).split(/[\r\n]/)) if (line.startsWith('READY=')) return line;
  return undefined;
}
