/** Which namespaces are made and joined, by which stage, in which order. */

import type { IdMapping, Linux, Namespace, NamespaceType, TimeOffset } from '../spec/types.ts';
import type { Operation } from './operations.ts';
import { SYNC_HOW, SYNC_POINTS } from './operations.ts';
import type { Host, Slot } from './plan.ts';

/** CLONE_NEW* of linux/sched.h. */
export const CLONE: Record<NamespaceType, number> = {
  time: 0x80,
  mount: 0x20000,
  cgroup: 0x2000000,
  uts: 0x4000000,
  ipc: 0x8000000,
  user: 0x10000000,
  pid: 0x20000000,
  network: 0x40000000,
};

/** The namespaces of a container, sorted out. */
export class Namespaces {
  private readonly created = new Set<NamespaceType>();
  readonly joined: readonly { type: NamespaceType; path: string }[];
  private readonly linux: Linux;

  constructor(linux: Linux) {
    this.linux = linux;
    const joined: { type: NamespaceType; path: string }[] = [];
    for (const { type, path } of linux.namespaces ?? ([] as Namespace[])) {
      if (path) joined.push({ type, path });
      else this.created.add(type);
    }
    this.joined = joined;
  }

  creates(type: NamespaceType): boolean {
    return this.created.has(type);
  }

  joins(type: NamespaceType): boolean {
    return this.joined.some((namespace) => namespace.type === type);
  }

  /** The container has one of its own or shares another's; false: the host's. */
  has(type: NamespaceType): boolean {
    return this.creates(type) || this.joins(type);
  }

  /**
   * A process cannot change its own pid namespace, and must be single-stage free of the old user namespace: then hoist-init
   * clones itself once it has joined what is there.
   */
  get twoStages(): boolean {
    return this.has('user') || this.joins('pid');
  }

  /** Flags of the first clone3: the pid namespace, when nothing must happen before it. */
  get firstClone(): number {
    return !this.twoStages && this.creates('pid') ? CLONE.pid : 0;
  }

  private unshareFlags(): number {
    const types: NamespaceType[] = ['mount', 'uts', 'ipc', 'network'];
    return types.reduce((sum, type) => sum + (this.creates(type) ? CLONE[type] : 0), 0);
  }

  private cloneFlags(): number {
    return (this.creates('user') ? CLONE.user : 0) + (this.creates('pid') ? CLONE.pid : 0);
  }

  /**
   * With the host's privileges every other namespace is joined before the user namespace is left: it may belong to the host.
   * Without them only the user namespace that owns the others gives the right to join them.
   */
  private joinOrder(host: Host): { type: NamespaceType; path: string }[] {
    const privileged = host.euid === 0 && !host.inUserNamespace;
    const rank = (type: NamespaceType) => (type === 'user' ? (privileged ? 9 : 0) : type === 'mount' ? 8 : 1);
    return [...this.joined].sort((a, b) => rank(a.type) - rank(b.type));
  }

  /**
   * The operations that put hoist-init into its namespaces, up to and with the time namespace. The cgroup namespace is not
   * among them: it must be made after the process is in its cgroup (cgroup_namespaces(7)).
   *
   * @param slots gets the namespaces to open
   * @param sources `openSource` operations for the first stage
   */
  operations(host: Host, slots: Slot[], sources: readonly Operation[]): Operation[] {
    const operations: Operation[] = [];
    const unprivileged = host.euid !== 0 || host.inUserNamespace;
    // CVE-2016-9962: whoever is in a namespace that we join must not be able to trace us. Not before an unprivileged
    // parent has written the id maps, whose files belong to root for a process that is not dumpable.
    if (!(unprivileged && this.creates('user'))) operations.push({ op: 'dumpable', value: 0 });
    operations.push(...sources);
    for (const { type, path } of this.joinOrder(host)) {
      operations.push({ op: 'join', slot: slots.length, type: CLONE[type] });
      slots.push({ kind: 'namespace', type, path });
    }
    if (this.twoStages) operations.push(...this.secondStage());
    const flags = this.unshareFlags();
    if (flags > 0) operations.push({ op: 'unshare', flags });
    operations.push({ op: 'procfs' });
    if (this.creates('time')) operations.push(...this.timeNamespace());
    if (this.creates('user')) operations.push({ op: 'dumpable', value: 0 });
    return operations;
  }

  private secondStage(): Operation[] {
    const operations: Operation[] = [];
    if (this.cloneFlags() > 0 || this.joins('pid')) operations.push({ op: 'clone', flags: this.cloneFlags() });
    if (this.creates('user')) operations.push({ op: 'sync', point: SYNC_POINTS.maps, how: SYNC_HOW.wait });
    if (this.has('user')) operations.push({ op: 'become', uid: 0, gid: 0, tolerate: this.joins('user') });
    return operations;
  }

  private timeNamespace(): Operation[] {
    const offsets = this.linux.timeOffsets;
    const lines = [line('monotonic', offsets?.monotonic), line('boottime', offsets?.boottime)].join('');
    const operation: Operation = { op: 'timeOffsets', offsets: lines };
    // self/timens_offsets belongs to the host's root while we are not dumpable: not writable from a user namespace.
    return this.creates('user') ? [{ op: 'dumpable', value: 1 }, operation] : [operation];
  }
}

function line(clock: string, offset: TimeOffset | undefined): string {
  return offset ? `${clock} ${offset.secs ?? 0} ${offset.nanosecs ?? 0}\n` : '';
}

/** The text of uid_map or gid_map (user_namespaces(7)). */
export function idMap(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}
