/** From tasks to their records. */

import { processFacts } from '../../../runtime/status.ts';
import type { Container } from '../../service/container.ts';
import type { Exec } from '../../service/exec.ts';
import type { InitFacts } from '../../service/init.ts';
import type { TaskProcess } from '../../service/process.ts';
import type { ExecRecord, ProcessRecord, TaskRecord } from './record.ts';

/** Of a task that is about to be made. */
export function announced(facts: InitFacts): TaskRecord {
  return { ...known(facts), created: false, pid: 0, start: '', paths: facts.paths, execs: [] };
}

export function described({ init, execs }: Container): TaskRecord {
  return { ...known(init.facts), created: true, ...process(init), execs: Array.from(execs.values(), exec) };
}

function known({ id, bundle, mounted, options, checkpoint, parentCheckpoint }: InitFacts) {
  return { version: 1, id, bundle, mounted, options, checkpoint, parentCheckpoint } as const;
}

function exec(one: Exec): ExecRecord {
  const { id, pipes, pid } = one;
  const wish = pid === 0 ? { process: one.process } : {};
  return { id, ...process(one), ...wish, pipes };
}

function process(one: TaskProcess): ProcessRecord {
  const { pid, paths, exit } = one;
  return { pid, start: startOf(one), paths, exit };
}

/** When processes began; asked while they are our children and have not been reaped. */
const starts = new WeakMap<TaskProcess, string>();

function startOf(one: TaskProcess): string {
  if (one.pid === 0) return '';
  const start = starts.get(one) ?? processFacts(one.pid)?.start ?? '';
  starts.set(one, start);
  return start;
}

/** Of a process that a predecessor has written down. */
export function remember(one: TaskProcess, start: string): void {
  starts.set(one, start);
}
