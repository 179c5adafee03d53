/** What can run containers under containerd, and what `ctr` has to be told for it. */
export interface Shim {
  readonly name: string;
  /** Arguments of `ctr run` and `ctr container create`. */
  readonly flags: readonly string[];
}

/** containerd's own shim, with a runtime of one's choice. */
function stock(name: string, binary?: string): Shim {
  return { name, flags: ['--runtime', 'io.containerd.runc.v2', ...(binary ? ['--runc-binary', binary] : [])] };
}

/** By the name that the command line takes. The first three are the columns of the table. */
export const shims: Readonly<Record<string, Shim>> = {
  runc: stock('runc'),
  'hoist-as-runc': stock('hoist-as-runc', '/run/runtime/hoist'),
  hoist: { name: 'hoist', flags: ['--runtime', 'io.containerd.hoist.v1'] },
  crun: stock('crun', 'crun'),
};
