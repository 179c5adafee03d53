/**
 * A program that takes what a container writes (containerd: `binary://`): standard output on descriptor 3, standard error on 4; it closes 5,
 * or writes a byte to it, when it is ready. Its environment is the container's id and namespace, nothing else.
 */

import { isSystemError, RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { readable } from '../../runtime/sync.ts';
import type { Ground } from '../ground.ts';
import type { StreamPlace } from './stream-path.ts';

const SIGTERM = 15;
const SIGKILL = 9;
/** What it may take to write down the last lines. */
const PATIENCE_MS = 12_000;
/** What it may take to begin. */
const READY_MS = 30_000;

export class Logger {
  private readonly pidfd: number;
  private gone = false;

  /**
   * @param outputs the reading ends of the container's pipes, the caller's to close
   * @throws RuntimeError when it does not begin; it is ended then
   */
  static async start(
    ground: Ground,
    { path, args, needsByte }: Extract<StreamPlace, { kind: 'program' }>,
    outputs: readonly [stdout: number, stderr: number],
    { namespace, id }: { readonly namespace: string; readonly id: string },
  ): Promise<Logger> {
    const [reader, writer] = native.pipe();
    try {
      const logger = new Logger(ground, spawn(path, args, [...outputs, writer], namespace, id));
      native.close(writer);
      if (await began(reader, needsByte)) return logger;
      logger.stop();
      throw new RuntimeError('FailedPrecondition', `failed to start binary process: ${path} did not become ready`, {
        stage: 'stdio',
        path,
        hint: 'it must close descriptor 5, or write a byte to it, when it is ready to read 3 and 4',
      });
    } finally {
      native.close(reader);
    }
  }

  private constructor(ground: Ground, pidfd: number) {
    this.pidfd = pidfd;
    ground.onExit(pidfd, () => {
      this.gone = true;
      native.close(pidfd);
    });
  }

  /** Asks it to end, and ends it when it does not. */
  stop(): void {
    this.signal(SIGTERM);
    setTimeout(() => this.signal(SIGKILL), PATIENCE_MS);
  }

  private signal(number: number): void {
    if (this.gone) return;
    try {
      native.pidfdSignal(this.pidfd, number);
    } catch (error) {
      if (!isSystemError(error, 'ESRCH')) throw error;
    }
  }
}

function spawn(path: string, args: readonly string[], descriptors: number[], namespace: string, id: string): number {
  const nothing = native.open('/dev/null', 2);
  const env = [`CONTAINER_ID=${id}`, `CONTAINER_NAMESPACE=${namespace}`];
  try {
    const stdio = [nothing, nothing, nothing] as const;
    return native.spawnProcess({ path, argv: [path, ...args], env, stdio, descriptors }).pidfd;
  } finally {
    native.close(nothing);
  }
}

async function began(reader: number, needsByte: boolean): Promise<boolean> {
  if (!(await readable(reader, READY_MS))) return false;
  const byte = native.read(reader, 1, 0);
  return byte !== undefined || !needsByte;
}
