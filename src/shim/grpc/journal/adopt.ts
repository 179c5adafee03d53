/** Tasks that a predecessor has left, taken up where they are now. */

import { ContainerFolder, type SavedState } from '../../../runtime/container.ts';
import { remove } from '../../../runtime/delete.ts';
import { statusOf } from '../../../runtime/status.ts';
import { Container } from '../../service/container.ts';
import { Exec } from '../../service/exec.ts';
import { Started } from '../../service/exec-state.ts';
import type { InitFacts } from '../../service/init.ts';
import { Created, type InitState, Paused, Running, Stopped } from '../../service/init-state.ts';
import { exitOf, type TaskProcess } from '../../service/process.ts';
import { unmountRootfs } from '../../service/rootfs.ts';
import { Stdio } from '../../service/stdio.ts';
import { parsePlace } from '../../service/stream-path.ts';
import type { TaskEvents } from '../../service/task-events.ts';
import { remember } from './describe.ts';
import { openProcess } from './found-process.ts';
import { reopenPipe } from './pipes.ts';
import type { ExecRecord, ProcessRecord, TaskRecord } from './record.ts';

/** @param record of a task whose Create was done. It must be taken up (TaskService.take) before anything else is done with it */
export function adopt(record: TaskRecord, facts: InitFacts, events: TaskEvents): Container {
  const container = new Container(facts, events);
  // A task that is still to be restored has no process.
  if (record.pid > 0) adoptInit(container, record);
  for (const exec of record.execs) container.execs.set(exec.id, adoptExec(exec, facts));
  container.note();
  return container;
}

/** Of a task whose Create was never answered: what there is of it goes. */
export async function undo({ context, id, bundle, mounted }: InitFacts): Promise<void> {
  await remove(context, { id, force: true });
  if (mounted) unmountRootfs(`${bundle}/rootfs`);
  context.log.warn(`task ${id} was being created when the server ended: what there was of it has been removed`);
}

function adoptInit({ init }: Container, record: TaskRecord): void {
  const { facts } = init;
  const folder = new ContainerFolder(facts.context, record.id);
  const state = stateOf(folder);
  init.sharesPidNamespace = state?.shares_pid_namespace ?? false;
  const pipes = state?.external_descriptors ?? [];
  if (takeOver(init, record, pipes, facts)) init.become(stateClass(statusOf(folder, state), init));
  else init.end(record.exit ?? lost(init, facts), new Stopped(init));
}

/** undefined when somebody has removed the container meanwhile. */
function stateOf(folder: ContainerFolder): SavedState | undefined {
  try {
    return folder.load();
  } catch {
    return undefined;
  }
}

function stateClass(status: ReturnType<typeof statusOf>, init: Container['init']): InitState {
  if (status === 'created') return new Created(init);
  return status === 'paused' ? new Paused(init) : new Running(init);
}

function adoptExec(record: ExecRecord, facts: InitFacts): Exec {
  const exec = new Exec(record.id, record.paths, facts, record.process ?? { cwd: '/', args: [] });
  exec.pipes = record.pipes;
  if (record.pid === 0) {
    if (record.exit) exec.fail();
  } else if (takeOver(exec, record, record.pipes, facts)) exec.become(new Started(exec));
  else exec.end(record.exit ?? lost(exec, facts));
  return exec;
}

/** @param pipes the names of its standard streams. @returns false when it has ended, and nobody but its record can say how */
function takeOver(one: TaskProcess, record: ProcessRecord, pipes: readonly string[], facts: InitFacts): boolean {
  const { pid, start, exit, paths } = record;
  one.pid = pid;
  remember(one, start);
  const pidfd = exit ? undefined : openProcess(pid, start);
  if (pidfd === undefined) return false;
  one.pidfd = pidfd;
  const { ioUid, ioGid } = facts.options;
  one.stdio = new Stdio(facts.ground, {
    ...paths,
    ioUid,
    ioGid,
    namespace: facts.namespace,
    id: facts.id,
    outlivesUs: true,
  });
  // A logger is a process of its own, and reads on.
  if (parsePlace(paths.stdout).kind === 'program') return true;
  for (const stream of [1, 2] as const) {
    const source = reopenPipe({ pid, start, names: pipes }, stream);
    if (source >= 0) goOn(one, one.stdio, source, stream, facts);
  }
  return true;
}

function goOn(one: TaskProcess, stdio: Stdio, source: number, stream: 1 | 2, { context }: InitFacts): void {
  try {
    stdio.goOn(source, stream);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    context.log.warn(`the output of ${one.id} is dropped from now on: ${text}`, { stage: 'stdio' });
  }
}

/** It ended while nobody watched: its parent has reaped it, and the kernel has forgotten. */
function lost({ id, pid }: TaskProcess, { context }: InitFacts) {
  context.log.warn(
    `process ${pid} of ${id} ended while there was no server: nobody knows how (exit status 255, without a time)`,
  );
  return exitOf(undefined);
}
