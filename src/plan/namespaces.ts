/** Which namespaces are made and joined, by which stage, in which order. */

import type { IdMapping, Linux, NamespaceType, TimeOffset } from '../spec/types.ts';
import type { Operation } from './operations.ts';
import { SYNC_HOW, SYNC_POINTS, USER_HOW } from './operations.ts';
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

interface Joined {
  readonly type: NamespaceType;
  readonly path: string;
}

/** The namespaces of a container, sorted out. */
export class Namespaces {
  private readonly created = new Set<NamespaceType>();
  private readonly joined: Joined[] = [];
  private readonly linux: Linux;

  constructor(linux: Linux) {
    this.linux = linux;
    for (const { type, path } of linux.namespaces ?? []) {
      if (path) this.joined.push({ type, path });
      else this.created.add(type);
    }
  }

  creates(type: NamespaceType): boolean {
    return this.created.has(type);
  }

  joins(type: NamespaceType): boolean {
    for (const namespace of this.joined) if (namespace.type === type) return true;
    return false;
  }

  /** The container has one of its own or shares another's; false: the host's. */
  has(type: NamespaceType): boolean {
    return this.creates(type) || this.joins(type);
  }

  /**
   * A process cannot change its own pid namespace, and a user namespace wants a process that was born in it: then hoist-init clones
   * itself once it has joined what is there.
   */
  get twoStages(): boolean {
    return this.has('user') || this.joins('pid');
  }

  /** The first stage clones a second one: not for a user namespace that is only joined. */
  get clones(): boolean {
    return this.creates('user') || this.joins('pid') || (this.joins('user') && this.creates('pid'));
  }

  /** Flags of the first clone3: the pid namespace, when nothing must happen before it. */
  get firstClone(): number {
    return !this.twoStages && this.creates('pid') ? CLONE.pid : 0;
  }

  private flags(types: readonly NamespaceType[]): number {
    let sum = 0;
    for (const type of types) if (this.creates(type)) sum += CLONE[type];
    return sum;
  }

  /**
   * With the host's privileges every other namespace is joined before the user namespace is left: it may belong to the host.
   * Without them only the user namespace that owns the others gives the right to join them.
   */
  private joinOrder(host: Host): Joined[] {
    if (this.joined.length < 2) return this.joined;
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
   * @param keepGroups setgroups is not to be called
   */
  operations(host: Host, slots: Slot[], sources: readonly Operation[], keepGroups: boolean): Operation[] {
    const operations: Operation[] = [];
    const unprivileged = host.euid !== 0 || host.inUserNamespace;
    // CVE-2016-9962: whoever is in a namespace that we join must not be able to trace us. Not before an unprivileged
    // parent has written the id maps, whose files belong to root for a process that is not dumpable.
    if (!(unprivileged && this.creates('user'))) operations.push({ op: 'dumpable', value: 0 });
    for (const source of sources) operations.push(source);
    for (const { type, path } of this.joinOrder(host)) {
      operations.push({ op: 'join', slot: slots.length, type: CLONE[type] });
      slots.push({ kind: 'namespace', type, path });
    }
    if (this.twoStages) this.addSecondStage(operations, keepGroups);
    const flags = this.flags(['mount', 'uts', 'ipc', 'network']);
    if (flags > 0) operations.push({ op: 'unshare', flags });
    operations.push({ op: 'procfs' });
    if (this.creates('time')) this.addTimeNamespace(operations);
    if (this.creates('user')) operations.push({ op: 'dumpable', value: 0 });
    return operations;
  }

  private addSecondStage(to: Operation[], keepGroups: boolean): void {
    if (this.clones) to.push({ op: 'clone', flags: this.flags(['user', 'pid']) });
    if (this.creates('user')) to.push({ op: 'sync', point: SYNC_POINTS.maps, how: SYNC_HOW.wait });
    if (this.has('user')) {
      const how = keepGroups ? USER_HOW.keepGroups : 0;
      to.push({ op: 'become', uid: 0, gid: 0, how, tolerate: this.joins('user') });
    }
  }

  private addTimeNamespace(to: Operation[]): void {
    // self/timens_offsets belongs to the host's root while we are not dumpable: not writable from a user namespace.
    if (this.creates('user')) to.push({ op: 'dumpable', value: 1 });
    const { monotonic, boottime } = this.linux.timeOffsets ?? {};
    to.push({ op: 'timeOffsets', offsets: line('monotonic', monotonic) + line('boottime', boottime) });
  }
}

function line(clock: string, offset: TimeOffset | undefined): string {
  return offset ? `${clock} ${offset.secs ?? 0} ${offset.nanosecs ?? 0}\n` : '';
}

/** The text of uid_map or gid_map (user_namespaces(7)). */
export function idMap(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}
