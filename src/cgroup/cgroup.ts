import type { Device, Resources } from '../spec/types.ts';
import type { GroupNative } from './files.ts';
import { findHierarchies, type LocationNative } from './host.ts';
import { containerPaths, type Hierarchies } from './location.ts';
import { CgroupV1 } from './v1.ts';
import { CgroupV2 } from './v2.ts';

/** `undefined`: there is no freezer. */
export type FreezerState = 'thawed' | 'frozen' | 'undefined';

/** The control groups of one container. Nothing is made or read before a method says so. */
export interface Cgroup {
  readonly version: 1 | 2;
  /**
   * What state.json keeps: controller to directory. '' is the unified hierarchy: the only key on v2, the additional one in a hybrid.
   * Empty on a rootless host that lets us make none.
   */
  readonly paths: Readonly<Record<string, string>>;
  /** True: the groups are made around a process that lives (systemd's scopes). `create` takes its pid, and moves it in where it can. */
  readonly aroundProcess: boolean;
  /** The unit of systemd's that the groups belong to. */
  readonly unit?: string;
  /**
   * Makes the groups and gives them what a process needs before it moves in (cpuset's processors, real-time budget, v1's device
   * rules, v2's controllers, the owner). On failure what was made is gone again.
   *
   * Rootless without a cgroupsPath: what is forbidden is left out of `paths` (on v2 only when no limit was asked).
   *
   * @throws RuntimeError `container's cgroup is not empty: N process(es) found`, `unable to apply cgroup configuration: …`.
   */
  create(pid?: number): void;
  /**
   * Moves a process into all of the groups. 4 to 9 ms where processes are rarely moved, the kernel waits for an RCU grace period:
   * prefer `birthplace` and `doors`, with which a newborn process moves itself in 0.2 ms.
   */
  join(pid: number): void;
  /** Removes the directories that this object made, for a birth that failed: nothing lives in them. */
  abandon(): void;
  /**
   * An O_PATH descriptor of the unified group for CLONE_INTO_CGROUP, to be closed by the caller; -1 without a unified hierarchy. In a
   * hybrid it makes that group, so that the others can be made while the newborn is at work; on v2 call `create` first.
   */
  birthplace(): number;
  /**
   * Descriptors of the v1 groups' `tasks`, opened for writing, to be closed by the caller: a single-threaded process that writes "0" to
   * each has joined, whatever it has become meanwhile (the opener's rights count). Empty on v2.
   */
  doors(): number[];
  /**
   * Writes limits and device rules; returns warnings for the log.
   *
   * @param how `fresh`: right after `create` (nothing needs to be read back). `update`: of a running container, `resources` has what
   * is to change only. Device rules stay as they are. All of it happens or nothing: on failure every file holds again what it held
   * before. What shares a file with a value that was not given (quota and period on v2), or depends on it (swap on memory), is taken
   * from the kernel, never from a record: whoever wraps this (systemd's units) can ask `completeV2` for the same.
   * @throws RuntimeError `cannot set pids limit: container could not join or create cgroup`, `failed to write "x": write …`.
   */
  set(resources: Resources, how: 'fresh' | 'update'): readonly string[];
  exists(): boolean;
  /** @throws RuntimeError when it does not freeze within about ten seconds; it is thawed again then. */
  freeze(): void;
  thaw(): void;
  freezer(): FreezerState;
  /** @param nested also processes of groups below (the default). */
  pids(nested?: boolean): number[];
  /** Sends a signal to every process, groups below included; SIGKILL through `cgroup.kill` where there is one. */
  signalAll(signal: number): void;
  /** Removes the groups and those below them. @throws RuntimeError when one stays busy for more than a second. */
  destroy(): void;
}

export interface CgroupRequest {
  /** What findHierarchies said, when the caller has asked already. */
  readonly hierarchies?: Hierarchies | undefined;
  /** The container's id: the group's name when config.json has no cgroupsPath. */
  readonly id: string;
  /** linux.cgroupsPath. */
  readonly cgroupsPath?: string | undefined;
  readonly resources?: Resources | undefined;
  /** linux.devices. */
  readonly devices?: readonly Device[] | undefined;
  /** Somebody else has made the groups and moved the process in: that they are in use is no reason to refuse them. */
  readonly occupied?: boolean | undefined;
  /** Permission errors are no failure where no limit and no path was asked for (runc's rootless cgroups). */
  readonly rootless: boolean;
  /** We are in a user namespace: device rules are the business of whoever made it. */
  readonly userNamespace?: boolean | undefined;
  /** v2: who owns the group from then on (the uid on the host of the container's root), for a private cgroup namespace with a writable mount. */
  readonly owner?: number | undefined;
}

/**
 * The groups of a container that is to be made.
 *
 * @throws RuntimeError FailedPrecondition when this host has no usable hierarchy, InvalidArgument for resources that cannot be.
 */
export function openCgroup(native: GroupNative & LocationNative, request: CgroupRequest): Cgroup {
  const host = request.hierarchies ?? findHierarchies(native);
  const paths = containerPaths(host, request.cgroupsPath, request.id);
  return host.version === 2 ? new CgroupV2(native, paths, request) : new CgroupV1(native, paths, request);
}

/** Of a container that shall have none: it stays in the groups of its caller, and its limits and device rules are nobody's. */
export function noCgroup(native: GroupNative): Cgroup {
  const cgroup = new CgroupV1(native, {}, { id: '', rootless: true, userNamespace: true });
  return Object.assign(cgroup, { set: () => [] });
}

/** The groups of a container that exists, from the `paths` of its state.json. */
export function existingCgroup(
  native: GroupNative,
  paths: Readonly<Record<string, string>>,
  request: Pick<CgroupRequest, 'rootless' | 'userNamespace'>,
): Cgroup {
  const names = Object.keys(paths);
  const v2 = names.length === 1 && names[0] === '';
  const whole = { ...request, id: '', cgroupsPath: 'recorded' };
  return v2 ? new CgroupV2(native, { ...paths }, whole) : new CgroupV1(native, { ...paths }, whole);
}
