import { CheckpointOptions } from '../../proto/options.js';
import type { Any } from '../../proto/types.js';
import type { CheckpointWish } from './init-criu.ts';

/** Of a request without options: the task goes on. @throws RuntimeError never: what is no CheckpointOptions decodes as the defaults do */
export function checkpointWish(path: string, options: Any.$Properties | null | undefined): CheckpointWish {
  const given = CheckpointOptions.decode(options?.value ?? new Uint8Array());
  const { exit, openTcp, externalUnixSockets, terminal, fileLocks, cgroupsMode, workPath, imagePath } = given;
  return {
    path: path || imagePath,
    exit,
    openTcp,
    externalUnixSockets,
    terminal,
    fileLocks,
    cgroupsMode,
    workPath,
  };
}
