/**
 * hoist as a library: the verbs of the command line, typed, in process.
 *
 *     import { create, openRoot, start, state } from 'hoist';
 *     const context = openRoot({ root: '/run/mine' });
 *     await create(context, { id: 'box', bundle: '/bundles/box' });
 *     await start(context, 'box');
 *
 * Waits go through the event loop. Every failure is a `RuntimeError` with a code, runc's message and a hint.
 */

import { callerEnvironment } from './host/launch.ts';
import { native } from './host/native.ts';
import { Log } from './log.ts';
import type { CheckpointRequest } from './runtime/checkpoint.ts';
import type { Context } from './runtime/context.ts';
import { type CreateRequest, create as createContainer } from './runtime/create.ts';
import { type ExecRequest, exec as execProcess, join as joinContainer } from './runtime/exec.ts';
import type { Changes } from './runtime/exec-source.ts';
import { foreground } from './runtime/foreground.ts';
import type { RestoreRequest } from './runtime/restore.ts';
import { type RunRequest, run as runContainer } from './runtime/run.ts';
import type { Process } from './spec/types.ts';

export { type ErrorCode, type ErrorDetail, RuntimeError } from './errors.ts';
export type { Level } from './log.ts';
export type { CheckpointRequest } from './runtime/checkpoint.ts';
export type { Context } from './runtime/context.ts';
export { type RemoveRequest, remove } from './runtime/delete.ts';
export { type ContainerEvent, type EventsRequest, events, stats } from './runtime/events.ts';
export type { Changes } from './runtime/exec-source.ts';
export { type KillRequest, kill } from './runtime/kill.ts';
export { type ContainerSummary, type Listing, list } from './runtime/list.ts';
export { addMounts, parseMounts, removeMounts } from './runtime/mounts.ts';
export { pause, resume } from './runtime/pause.ts';
export { processes } from './runtime/ps.ts';
export { parseResources } from './runtime/resources.ts';
export type { RestoreRequest } from './runtime/restore.ts';
export { start } from './runtime/start.ts';
export { type ContainerState, state } from './runtime/state.ts';
export { type UpdateRequest, update } from './runtime/update.ts';
export type { Mount, Process, Resources, Spec, State } from './spec/types.ts';

/** What makes up a runtime for `openRoot`. */
export interface RootOptions {
  /** Absolute path of the state root; made when missing, 0700. */
  readonly root: string;
  /** Ignore cgroup permission errors where no limit was asked; decided by who we are when absent. */
  readonly rootless?: boolean;
  /** Have systemd make the groups; linux.cgroupsPath is `slice:prefix:name` then. Its bus is waited for, 30 seconds at most. */
  readonly systemdCgroup?: boolean;
  /** Gets log lines (JSON, one each): warnings, and debug lines with `debug`. Nothing is printed without it. */
  readonly onLog?: (line: string) => void;
  readonly debug?: boolean;
}

/** Names a state root and how to report; nothing is touched yet. */
export function openRoot({ root, rootless, systemdCgroup = false, onLog, debug = false }: RootOptions): Context {
  const write = onLog ?? (() => {});
  return {
    root,
    rootless: rootless ?? 'auto',
    systemdCgroup,
    log: new Log({
      format: 'json',
      terminal: () => false,
      debug,
      started: Date.now(),
      localOffset: native.localOffset,
      write,
    }),
    trace: undefined,
    inherited: undefined,
    get environment() {
      return callerEnvironment(process.env);
    },
    blocking: false,
  };
}

type Defaulted = 'preserveFds' | 'noPivot' | 'noNewKeyring';
const DEFAULTS = { preserveFds: 0, noPivot: false, noNewKeyring: false } as const;

/**
 * Creates a container that waits for `start`.
 * @throws RuntimeError; nothing is left behind then
 */
export function create(
  context: Context,
  request: Omit<CreateRequest, Defaulted> & Partial<Pick<CreateRequest, Defaulted>>,
): Promise<void> {
  return createContainer(context, { ...DEFAULTS, ...request });
}

/**
 * Creates and starts a container and waits for its end, unless detached.
 * @returns the exit code of its process, 128 + N when a signal ended it
 * @throws RuntimeError; nothing is left behind then
 */
export function run(
  context: Context,
  request: Pick<RunRequest, 'id' | 'bundle'> & Partial<Omit<RunRequest, 'id' | 'bundle'>>,
): Promise<number> {
  return runContainer(context, { ...DEFAULTS, detach: false, keep: false, noSubreaper: true, ...request });
}

/** The process is `process`, as a process.json would say it, or that of the bundle with changes: `args` at least. */
export type ExecOptions = Pick<ExecRequest, 'id'> &
  Partial<Omit<ExecRequest, 'id' | 'process'>> &
  (({ readonly process: Process } & { readonly args?: never }) | (Partial<Changes> & Pick<Changes, 'args'>));

/**
 * Runs one more process in a container and waits for its end, unless detached.
 * @returns its exit code, 128 + N when a signal ended it
 * @throws RuntimeError; no process is left behind then
 */
export function exec(context: Context, options: ExecOptions): Promise<number> {
  return execProcess(context, execRequest(options));
}

/** A process that was put into a container. */
export interface Joined {
  readonly pid: number;
  /** The descriptor of its terminal, the caller's to close; -1 without one. */
  readonly terminal: number;
  /** The exit code, 128 + N when a signal ended it. */
  readonly ended: Promise<number>;
}

/**
 * The same up to and with the execution of the process.
 * @throws RuntimeError as exec
 */
export async function join(context: Context, options: ExecOptions): Promise<Joined> {
  const { pid, pidfd, master } = await joinContainer(context, execRequest(options));
  const ended = foreground(context, { pid, pidfd, master: -1 }, false).finally(() => native.close(pidfd));
  return { pid, terminal: master, ended };
}

function execRequest(options: ExecOptions): ExecRequest {
  const defaults = { detach: false, preserveFds: 0, cgroup: [], ignorePaused: false };
  if ('process' in options) return { ...defaults, ...options, process: { whole: options.process } };
  return { ...defaults, ...options, process: { changes: { terminal: false, ...options } } };
}

/**
 * Has criu save the state of a running container. Loaded when it is asked for, as it brings protobufjs along.
 * @throws RuntimeError
 */
export async function checkpoint(context: Context, request: CheckpointRequest): Promise<void> {
  const module = await import('./runtime/checkpoint.ts');
  return module.checkpoint(context, request);
}

/**
 * Makes a container from what `checkpoint` saved.
 * @returns the exit code of its process, 128 + N when a signal ended it; 0 when detached
 * @throws RuntimeError
 */
export async function restore(context: Context, request: RestoreRequest): Promise<number> {
  const module = await import('./runtime/restore.ts');
  return module.restore(context, request);
}
