/** What is told of a task, in containerd's words (api/events/task.proto). */

import {
  TaskCheckpointed,
  TaskCreate,
  TaskDelete,
  TaskExecAdded,
  TaskExecStarted,
  TaskExit,
  TaskOOM,
  TaskPaused,
  TaskResumed,
  TaskStart,
} from '../../proto/events.js';
import type { EventSink } from '../events.ts';
import type { Exit } from './process.ts';
import { timestamp } from './timestamp.ts';

export class TaskEvents {
  private readonly sink: EventSink;

  constructor(sink: EventSink) {
    this.sink = sink;
  }

  created(event: TaskCreate.$Properties): void {
    this.sink.publish('/tasks/create', 'containerd.events.TaskCreate', TaskCreate.encode(event).finish());
  }

  started(containerId: string, pid: number): void {
    const event = TaskStart.encode({ containerId, pid }).finish();
    this.sink.publish('/tasks/start', 'containerd.events.TaskStart', event);
  }

  added(containerId: string, execId: string): void {
    const event = TaskExecAdded.encode({ containerId, execId }).finish();
    this.sink.publish('/tasks/exec-added', 'containerd.events.TaskExecAdded', event);
  }

  execStarted(containerId: string, execId: string, pid: number): void {
    const event = TaskExecStarted.encode({ containerId, execId, pid }).finish();
    this.sink.publish('/tasks/exec-started', 'containerd.events.TaskExecStarted', event);
  }

  /** @param id the task's own for its first process, else that of the exec */
  exited(containerId: string, id: string, pid: number, { status, at }: Exit): void {
    const event = TaskExit.encode({ containerId, id, pid, exitStatus: status, exitedAt: timestamp(at) }).finish();
    this.sink.publish('/tasks/exit', 'containerd.events.TaskExit', event);
  }

  deleted(containerId: string, pid: number, exit: Exit | undefined): void {
    const { status = 0, at } = exit ?? {};
    const event = TaskDelete.encode({ containerId, pid, exitStatus: status, exitedAt: timestamp(at) }).finish();
    this.sink.publish('/tasks/delete', 'containerd.events.TaskDelete', event);
  }

  oom(containerId: string): void {
    this.sink.publish('/tasks/oom', 'containerd.events.TaskOOM', TaskOOM.encode({ containerId }).finish());
  }

  paused(containerId: string): void {
    this.sink.publish('/tasks/paused', 'containerd.events.TaskPaused', TaskPaused.encode({ containerId }).finish());
  }

  resumed(containerId: string): void {
    this.sink.publish('/tasks/resumed', 'containerd.events.TaskResumed', TaskResumed.encode({ containerId }).finish());
  }

  checkpointed(containerId: string, checkpoint: string): void {
    const event = TaskCheckpointed.encode({ containerId, checkpoint }).finish();
    this.sink.publish('/tasks/checkpointed', 'containerd.events.TaskCheckpointed', event);
  }
}
