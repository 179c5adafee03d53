/** Checkpoint, and Start of a task that is made from one. Loaded when it is asked for. */

import { native } from '../../host/native.ts';
import { checkpoint } from '../../runtime/checkpoint.ts';
import { restoreAttended } from '../../runtime/restore.ts';
import type { InitFacts } from './init.ts';
import { failed } from './refusal.ts';

/** containerd.runc.v1.CheckpointOptions. */
export interface CheckpointWish {
  /** A folder for the images, as the request has it; that of the options is for clients without one. */
  readonly path: string;
  /** The task ends with it. */
  readonly exit: boolean;
  readonly openTcp: boolean;
  readonly externalUnixSockets: boolean;
  readonly terminal: boolean;
  readonly fileLocks: boolean;
  /** `soft`, `full`, `strict`, `ignore`, or empty. */
  readonly cgroupsMode: string;
  readonly workPath: string;
}

/** @throws RuntimeError; the task runs on then */
export async function save({ id, bundle, context, options }: InitFacts, wish: CheckpointWish): Promise<void> {
  const given = wish.workPath || options.criuWorkPath;
  const workPath = given || `${bundle}/criu-work`;
  try {
    await checkpoint(context, {
      id,
      imagePath: wish.path,
      workPath,
      leaveRunning: !wish.exit,
      tcpEstablished: wish.openTcp,
      extUnixSk: wish.externalUnixSockets,
      shellJob: wish.terminal,
      fileLocks: wish.fileLocks,
      manageCgroupsMode: wish.cgroupsMode,
    });
    if (!given) native.removeAll(workPath);
  } catch (error) {
    throw failed('OCI runtime checkpoint failed', error);
  }
}

/** @throws RuntimeError; nothing runs then */
export async function restore(facts: InitFacts, stdio: readonly [number, number, number]) {
  const { id, bundle, context, options, checkpoint: imagePath } = facts;
  const workPath = options.criuWorkPath || `${bundle}/criu-work`;
  try {
    return await restoreAttended(context, { id, bundle, imagePath, workPath, stdio, keepsTerminal: true });
  } catch (error) {
    throw failed('OCI runtime restore failed', error);
  }
}
