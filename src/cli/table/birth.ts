/** The options that `create` and `run` share. */

import type { Option } from '../option.ts';
import { bundle, consoleSocket, pidFile, pidfdSocket } from './shared.ts';

export const birth = () =>
  [
    bundle,
    consoleSocket,
    pidfdSocket,
    pidFile,
    {
      name: 'no-pivot',
      kind: 'flag',
      summary:
        'do not use pivot_root to jail the process inside the rootfs; needed when the rootfs is on top of a ramdisk',
    },
    {
      name: 'no-new-keyring',
      kind: 'flag',
      summary: "do not create a new session keyring for the container, which then inherits the caller's",
    },
    {
      name: 'preserve-fds',
      kind: 'count',
      value: 'N',
      fallback: '0',
      summary: 'pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)',
    },
  ] as const satisfies readonly Option[];
