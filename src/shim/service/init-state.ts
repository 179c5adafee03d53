/**
 * What may be done with a task's first process, by its state: whatever a state does not allow it refuses, in the words of containerd's
 * shim (process/init_state.go). The work itself is `Init`'s.
 */

import { RuntimeError } from '../../errors.ts';
import type { Init, UpdateResources } from './init.ts';
import type { CheckpointWish } from './init-criu.ts';
import type { Exit, StatusName } from './process.ts';
import { refusal } from './refusal.ts';

export abstract class InitState {
  abstract readonly name: StatusName;
  protected readonly init: Init;

  constructor(init: Init) {
    this.init = init;
  }

  /** @throws RuntimeError for a state that does not allow it, as all of these */
  start(): Promise<void> | void {
    throw refusal(`cannot start a ${this.name} process`);
  }

  delete(): Promise<void> | void {
    throw refusal(`cannot delete a ${this.name} process`);
  }

  pause(): void {
    throw refusal(`cannot pause a ${this.name} container`);
  }

  resume(): void {
    throw refusal(`cannot resume a ${this.name} container`);
  }

  update(_resources: UpdateResources): Promise<void> | void {
    throw refusal(`cannot update a ${this.name} container`);
  }

  checkpoint(_wish: CheckpointWish): Promise<void> | void {
    throw refusal(`cannot checkpoint a ${this.name} container`);
  }

  /** Whether a process may be added. */
  exec(): void {
    throw refusal(`cannot exec in a ${this.name} state`);
  }

  kill(signal: number, all: boolean): Promise<void> {
    return this.init.signal(signal, all);
  }

  /** Of a process without a terminal, and one that has ended, nothing. */
  resize(columns: number, rows: number): void {
    this.init.stdio?.resize(columns, rows);
  }

  /** Its process has ended. */
  exited(exit: Exit): void {
    this.init.end(exit, new Stopped(this.init));
  }
}

export class Created extends InitState {
  readonly name: StatusName = 'created';

  override async start(): Promise<void> {
    await this.init.letGo();
    this.init.become(new Running(this.init));
  }

  override async delete(): Promise<void> {
    await this.init.remove();
    this.init.become(new Deleted(this.init));
  }

  override pause(): void {
    throw refusal('cannot pause task in created state');
  }

  override resume(): void {
    throw refusal('cannot resume task in created state');
  }

  override update(resources: UpdateResources): Promise<void> {
    return this.init.setResources(resources);
  }

  override checkpoint(): void {
    throw refusal('cannot checkpoint a task in created state');
  }

  override exec(): void {
    // The runtime knows.
  }
}

/** Nothing runs before Start, which restores it. */
export class CreatedFromCheckpoint extends Created {
  override async start(): Promise<void> {
    await this.init.restore();
    this.init.become(new Running(this.init));
  }

  override update(): Promise<void> {
    throw refusal('cannot update a container that is still to be restored');
  }

  override exec(): void {
    throw refusal('cannot exec in a created state');
  }

  override kill(): Promise<void> {
    // As after `Created` has ended: there is no process, and Delete may follow.
    return Promise.reject(new RuntimeError('NotFound', 'process already finished', { stage: 'shim' }));
  }
}

export class Running extends InitState {
  readonly name: StatusName = 'running';

  override pause(): void {
    this.init.freeze();
    this.init.become(new Paused(this.init));
  }

  override resume(): void {
    throw refusal('cannot resume a running process');
  }

  override update(resources: UpdateResources): Promise<void> {
    return this.init.setResources(resources);
  }

  override checkpoint(wish: CheckpointWish): Promise<void> {
    return this.init.save(wish);
  }

  override exec(): void {}
}

export class Paused extends InitState {
  readonly name: StatusName = 'paused';

  override resume(): void {
    this.init.thaw();
    this.init.become(new Running(this.init));
  }

  override update(resources: UpdateResources): Promise<void> {
    return this.init.setResources(resources);
  }

  override checkpoint(wish: CheckpointWish): Promise<void> {
    return this.init.save(wish);
  }

  /** What was added to it is still frozen, and could not end. */
  override exited(exit: Exit): void {
    this.init.thawRest();
    super.exited(exit);
  }
}

export class Stopped extends InitState {
  readonly name: StatusName = 'stopped';

  override async delete(): Promise<void> {
    await this.init.remove();
    this.init.become(new Deleted(this.init));
  }

  override exited(): void {}
}

class Deleted extends InitState {
  readonly name: StatusName = 'deleted';

  override delete(): void {
    throw new RuntimeError('NotFound', 'cannot delete a deleted process', { stage: 'shim' });
  }

  override kill(): Promise<void> {
    return Promise.reject(new RuntimeError('NotFound', 'cannot kill a deleted process', { stage: 'shim' }));
  }

  override exited(exit: Exit): void {
    this.init.end(exit, this);
  }
}
