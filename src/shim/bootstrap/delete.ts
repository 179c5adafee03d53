/**
 * `delete`: removes what a shim has left of a task. containerd calls it after every end of a connection: when the shim was killed, but also
 * when the task was deleted long ago. So it finds nothing most of the time, and finding nothing is no failure.
 */

import { callerEnvironment, readLaunch } from '../../host/launch.ts';
import { native } from '../../host/native.ts';
import { Log } from '../../log.ts';
import { DeleteResponse } from '../../proto/task.js';
import { ContainerFolder } from '../../runtime/container.ts';
import type { Context } from '../../runtime/context.ts';
import { remove } from '../../runtime/delete.ts';
import { demandTask, type Flags } from '../flags.ts';
import { savedOptions } from '../options.ts';
import { unmountRootfs } from '../service/mounted.ts';
import { removeDeadSocket } from './socket.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const STDOUT = 1;
const STDERR = 2;
/** 128 + SIGKILL: what became of the task, as far as anybody can tell. */
const KILLED = 137;
/** containerd ends us after five seconds. */
const PATIENCE_MS = 4000;

/** @throws RuntimeError InvalidArgument; what could not be removed is only warned of, on standard error */
export async function deleteTask(flags: Flags, environment: Environment): Promise<void> {
  demandTask(flags);
  const { id } = flags;
  const bundle = flags.bundle || `${parentOf(process.cwd())}/${id}`;
  const log = openLog(flags.debug);
  let pid = 0;
  await attempt(log, 'cannot remove the container', async () => {
    const context = contextFor(flags, bundle, log, environment);
    pid = pidOf(context, id);
    await withPatience(remove(context, { id, force: true }));
  });
  await attempt(log, 'cannot unmount the root file system', () => unmountRootfs(`${bundle}/rootfs`));
  await attempt(log, 'cannot remove the socket', () => removeDeadSocket(bundle));
  const now = Date.now();
  const exitedAt = { seconds: Math.floor(now / 1000), nanos: (now % 1000) * 1_000_000 };
  native.write(STDOUT, DeleteResponse.encode({ pid, exitStatus: KILLED, exitedAt }).finish());
}

/** One failure must not keep the rest from being removed. */
async function attempt(log: Log, what: string, act: () => Promise<void> | void): Promise<void> {
  try {
    await act();
  } catch (error) {
    log.warn(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The first process; 0 where nobody knows any more. */
function pidOf(context: Context, id: string): number {
  try {
    return new ContainerFolder(context, id).load()?.init_process_pid ?? 0;
  } catch {
    return 0;
  }
}

async function withPatience(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((_, reject) => {
    const words = `it takes longer than ${PATIENCE_MS / 1000} seconds; a process of it may wait for a device (state D in ps)`;
    timer = setTimeout(() => reject(new Error(words)), PATIENCE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** containerd has standard error in its own log, as a warning. */
function openLog(debug: boolean): Log {
  const write = (line: string) => native.write(STDERR, line);
  const { localOffset } = native;
  return new Log({ format: 'text', terminal: () => false, debug, started: Date.now(), localOffset, write });
}

function contextFor({ namespace }: Flags, bundle: string, log: Log, environment: Environment): Context {
  const { root, systemdCgroup } = savedOptions(bundle);
  return {
    root: `${root}/${namespace}`,
    rootless: 'auto',
    systemdCgroup,
    log,
    trace: undefined,
    inherited: readLaunch(environment),
    environment: callerEnvironment(environment),
    blocking: false,
  };
}
