/** What is written down of a task: what the kernel and the runtime's own state.json do not know. */

import type { Process } from '../../../spec/types.ts';
import type { ShimOptions } from '../../options.ts';
import type { Exit, StreamPaths } from '../../service/process.ts';

export interface ProcessRecord {
  /** 0 until it is born. */
  readonly pid: number;
  /** As in state.json: a pid alone may be another's by now. */
  readonly start: string;
  readonly paths: StreamPaths;
  /** Of an exec without a pid: its start has failed. */
  readonly exit?: Exit | undefined;
}

export interface ExecRecord extends ProcessRecord {
  readonly id: string;
  /** What is to be started; not once it has been, since its environment may hold secrets. */
  readonly process?: Process | undefined;
  /** What its standard streams are (`pipe:[1234]`); state.json has those of a task's first process. */
  readonly pipes: readonly string[];
}

export interface TaskRecord extends ProcessRecord {
  readonly version: 1;
  readonly id: string;
  readonly bundle: string;
  /** Something is mounted at the bundle's rootfs for it. */
  readonly mounted: boolean;
  readonly options: ShimOptions;
  readonly checkpoint: string;
  readonly parentCheckpoint: string;
  /** Create has been done. */
  readonly created: boolean;
  readonly execs: readonly ExecRecord[];
}
