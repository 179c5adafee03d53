/** What can run containers under containerd, and what `ctr` has to be told for it. */
export interface Shim {
  readonly name: string;
  /** Arguments of `ctr run` and `ctr container create`. */
  readonly flags: readonly string[];
  /**
   * What containerd's own shim does now and then: it ends before its last event (/tasks/delete) has left, and 2.1's leaves the
   * socket of a group behind.
   */
  readonly isCareless: boolean;
}

/** containerd's own shim, with a runtime of one's choice. */
function stock(name: string, binary?: string): Shim {
  const flags = ['--runtime', 'io.containerd.runc.v2', ...(binary ? ['--runc-binary', binary] : [])];
  return { name, flags, isCareless: true };
}

/** By the name that the command line takes. The first three are the columns of the table. */
export const shims: Readonly<Record<string, Shim>> = {
  runc: stock('runc'),
  'hoist-as-runc': stock('hoist-as-runc', '/run/runtime/hoist'),
  hoist: { name: 'hoist', flags: ['--runtime', 'io.containerd.hoist.v1'], isCareless: false },
  crun: stock('crun', 'crun'),
};
