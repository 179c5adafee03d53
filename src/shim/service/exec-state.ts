/** What may be done with a process that was added to a task, by its state (containerd: process/exec_state.go). */

import { RuntimeError } from '../../errors.ts';
import type { Exec } from './exec.ts';
import type { Exit, StatusName } from './process.ts';
import { refusal } from './refusal.ts';

export abstract class ExecState {
  abstract readonly name: StatusName;
  protected readonly exec: Exec;

  constructor(exec: Exec) {
    this.exec = exec;
  }

  /** @throws RuntimeError for a state that does not allow it, as all of these */
  start(): Promise<void> | void {
    throw refusal(`cannot start a ${this.name} process`);
  }

  delete(): Promise<void> | void {
    throw refusal(`cannot delete a ${this.name} process`);
  }

  resize(columns: number, rows: number): void {
    this.exec.stdio?.resize(columns, rows);
  }

  kill(signal: number): void {
    this.exec.signal(signal);
  }

  exited(exit: Exit): void {
    this.exec.end(exit);
  }
}

/** Known, and not started. */
export class Added extends ExecState {
  readonly name: StatusName = 'created';

  override async start(): Promise<void> {
    await this.exec.run();
    this.exec.become(new Started(this.exec));
  }

  override async delete(): Promise<void> {
    await this.exec.remove();
    this.exec.become(new Removed(this.exec));
  }
}

/** Its start has failed: its clients still see it as created, but whoever waited for its end was told. */
export class Failed extends Added {
  override async start(): Promise<void> {
    throw refusal('cannot start a process whose start has failed');
  }
}

export class Started extends ExecState {
  readonly name: StatusName = 'running';
}

export class Ended extends ExecState {
  readonly name: StatusName = 'stopped';

  override async delete(): Promise<void> {
    await this.exec.remove();
    this.exec.become(new Removed(this.exec));
  }

  override resize(): void {
    throw refusal('cannot resize a stopped container');
  }

  override exited(): void {}
}

class Removed extends ExecState {
  readonly name: StatusName = 'deleted';

  override delete(): void {
    throw new RuntimeError('NotFound', 'cannot delete a deleted process', { stage: 'shim' });
  }

  override kill(): void {
    throw new RuntimeError('NotFound', 'cannot kill a deleted process', { stage: 'shim' });
  }
}
