/** What can run containers under containerd, and what `ctr` has to be told for it. */
import type { Containerd } from './versions.ts';

export interface Shim {
  readonly name: string;
  /** Arguments of `ctr run` and `ctr container create`. */
  readonly flags: readonly string[];
  /** Where its program is, for `--runtime PATH`. */
  readonly path: (containerd: Containerd) => string;
  /**
   * What containerd's own shim does now and then: it ends before its last events have left, and 2.1's leaves the socket of a
   * group behind.
   */
  readonly isCareless: boolean;
}

/** containerd's own shim, with a runtime of one's choice. */
function stock(name: string, binary?: string): Shim {
  const flags = ['--runtime', 'io.containerd.runc.v2', ...(binary ? ['--runc-binary', binary] : [])];
  return { name, flags, path: ({ folder }) => `${folder}/containerd-shim-runc-v2`, isCareless: true };
}

/** By the name that the command line takes. The first three are the columns of the table. */
export const shims: Readonly<Record<string, Shim>> = {
  runc: stock('runc'),
  'hoist-as-runc': stock('hoist-as-runc', '/run/runtime/hoist'),
  hoist: {
    name: 'hoist',
    flags: ['--runtime', 'io.containerd.hoist.v1'],
    path: () => '/run/runtime/containerd-shim-hoist-v1',
    isCareless: false,
  },
  crun: stock('crun', 'crun'),
};
