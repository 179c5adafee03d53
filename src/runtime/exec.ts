/** `exec`: one more process in a container that is there. */

import { openEntrance, parseSubgroups } from '../cgroup/entrance.ts';
import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Joining } from '../plan/exec-opening.ts';
import type { SeccompFilter } from '../plan/plan.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { type ProcessSource, readSource } from './exec-source.ts';
import { foreground } from './foreground.ts';
import { type HandOut, preserved, STDIO } from './hand-out.ts';
import { Joiner } from './join.ts';
import { openInit, statusOf } from './status.ts';

export interface ExecRequest extends HandOut {
  readonly id: string;
  readonly process: ProcessSource;
  readonly detach: boolean;
  readonly preserveFds: number;
  /** Groups below the container's own: `path`, or `controller[,controller]:path` (v1). */
  readonly cgroup: readonly string[];
  /** In a paused container the process begins when it is resumed. */
  readonly ignorePaused: boolean;
  /** What becomes stdin, stdout and stderr; the caller's own by default. */
  readonly stdio?: readonly [number, number, number] | undefined;
}

/** A process that has been executed. The descriptors are the caller's to close. */
export interface Joined {
  readonly pid: number;
  readonly pidfd: number;
  /** The terminal's master, or -1. */
  readonly master: number;
}

/**
 * @returns the exit code of the process, 128 + N when a signal ended it; 0 when detached
 * @throws RuntimeError NotFound, FailedPrecondition (runc's words); no process is left behind then
 */
export async function exec(context: Context, request: ExecRequest): Promise<number> {
  // Only in the program: a library's own handlers are not ours to take.
  if (!request.detach && context.blocking) native.holdSignals(false);
  const joined = await join(context, request);
  try {
    if (!request.detach) return await foreground(context, joined, false);
    if (joined.master >= 0) native.close(joined.master);
    return 0;
  } finally {
    native.close(joined.pidfd);
  }
}

/**
 * `exec` up to and with the execution of the process.
 * @throws RuntimeError as exec
 */
export async function join(context: Context, request: ExecRequest): Promise<Joined> {
  context.log.hold();
  try {
    return await joinHeld(context, request);
  } finally {
    context.log.release();
  }
}

/** Its warnings wait until a process has been born. */
async function joinHeld(context: Context, request: ExecRequest): Promise<Joined> {
  const folder = new ContainerFolder(context, request.id);
  const state = folder.mustLoad();
  folder.demandOurs();
  const container = demandRunning(folder, state, request.ignorePaused);
  const source = readSource(state.bundle, request.process);
  const sub = parseSubgroups(request.cgroup);
  const inherited = preserved(context, request.preserveFds);
  const seccomp = container.seccomp && filterOf(folder, container.seccomp);
  const init = openInit(state);
  if (init === undefined) throw refusal('cannot exec in a stopped container');
  try {
    const { cgroup_paths: paths, rootless, init_process_pid } = state;
    const entrance = openEntrance(native, { paths, sub, rootless, init: init_process_pid });
    const wish = { ...request, source, container, seccomp, inherited, stdio: request.stdio ?? STDIO };
    return await new Joiner(context, state, wish).join(init, entrance);
  } finally {
    native.close(init);
  }
}

function filterOf(folder: ContainerFolder, { flags, agent }: NonNullable<Joining['seccomp']>): SeccompFilter {
  return { filter: folder.loadFilter(), flags, listener: agent !== undefined };
}

/** @throws RuntimeError in runc's words */
function demandRunning(folder: ContainerFolder, state: SavedState, ignorePaused: boolean): Joining {
  const status = statusOf(folder, state);
  if (status === 'paused' && !ignorePaused) {
    throw refusal('cannot exec in a paused container (use --ignore-paused to override)');
  }
  if (status === 'creating') throw refusal('cannot exec in a container that is still being created');
  if (status === 'stopped' || !state.joining) throw refusal('cannot exec in a stopped container');
  return state.joining;
}

function refusal(text: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', text, { stage: 'exec' });
}
