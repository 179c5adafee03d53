/** What goes into the pure function `plan` and what comes out of it. */

import type { IdMapping } from '../spec/types.ts';
import type { Operation } from './operations.ts';

/** One mounted cgroup hierarchy, as seen from the host. */
export interface Hierarchy {
  /** Where it is mounted: `/sys/fs/cgroup/cpu,cpuacct`. */
  readonly mountPoint: string;
  /** `cpu`, `cpuacct`; `name=systemd` for a named one; empty for cgroup v2. */
  readonly controllers: readonly string[];
}

/** Facts about this machine, read once (host/probe). */
export interface Host {
  readonly euid: number;
  readonly egid: number;
  /** The runtime itself is inside a user namespace. */
  readonly inUserNamespace: boolean;
  /** `unified`: cgroup v2 at /sys/fs/cgroup; `legacy`: v1 (hybrid too). */
  readonly cgroup: 'unified' | 'legacy' | 'none';
  readonly hierarchies: readonly Hierarchy[];
  /** /proc/kcore is there, so /dev/core is made. */
  readonly kcore: boolean;
  /** The kernel module is active: labels mean something. */
  readonly apparmor: boolean;
  readonly selinux: boolean;
}

export interface SeccompFilter {
  readonly filter: Uint8Array;
  /** SECCOMP_FILTER_FLAG_*. */
  readonly flags: number;
  /** It comes with a listener (SECCOMP_FILTER_FLAG_NEW_LISTENER is among them). */
  readonly listener: boolean;
}

/** What the caller asked for beside the spec. */
export interface Request {
  readonly id: string;
  /** Absolute, resolved: the bundle's rootfs on the host. */
  readonly rootfs: string;
  /** Absolute path of the bundle, for relative mount sources. */
  readonly bundle: string;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** `create`: wait for `start` on the exec fifo. `run` starts at once. */
  readonly fifo: boolean;
  /** setgroups is not to be called: refused by the kernel (rootless without newgidmap), or the caller's groups are to stay (annotation). */
  readonly setgroupsDenied: boolean;
  /** The container's cgroup in each hierarchy (mount point → absolute path on the host), for cgroup mounts without a cgroup namespace. */
  readonly cgroupPaths: Readonly<Record<string, string>>;
  /** Mount points where that is the group of the caller, because the container could get none of its own (rootless). */
  readonly callersCgroups: readonly string[];
  readonly seccomp: SeccompFilter | undefined;
}

/** A descriptor that the parent opens and passes. */
export type Slot =
  | { readonly kind: 'namespace'; readonly type: string; readonly path: string }
  /** A user namespace with these maps, made for an idmapped mount and for nothing else. */
  | { readonly kind: 'mapping'; readonly uid: readonly IdMapping[]; readonly gid: readonly IdMapping[] }
  | { readonly kind: 'fifo' };

/** What can be done while the rest is still being planned: it takes as long. */
export interface Opening {
  /** Flags of the first clone3. */
  readonly cloneFlags: number;
  readonly slots: readonly Slot[];
  readonly operations: readonly Operation[];
}

export interface Plan extends Opening {
  /** How many operations make up the opening, `more` with them; 0: the plan is sent whole. */
  readonly opening: number;
  /** The first stage clones a second one, and reports it (message STAGE). */
  readonly twoStages: boolean;
  /** For people, not fatal. */
  readonly warnings: readonly string[];
}
