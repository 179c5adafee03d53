/** One mount as an operation, and what the mounts of a spec add up to. */

import type { Spec } from '../spec/types.ts';
import type { MountOptions } from './mount-options.ts';
import type { Namespaces } from './namespaces.ts';
import { NO_SLOT, type Operation } from './operations.ts';
import type { Host, Request, Slot } from './plan.ts';

/** What a mount of the spec becomes. */
export interface MountOperations {
  /** For the first stage, with the host's privileges. */
  readonly sources: Operation[];
  readonly mounts: Operation[];
  /** Paths that turn read-only at the very end: something is still to be made in them. */
  readonly readonlyAtEnd: string[];
  /** Index in `mounts` before which the process must be in its cgroup (and cgroup namespace): a cgroup mount, or a copy of what the image has. */
  firstCgroup: number | undefined;
  readonly warnings: string[];
}

export interface MountContext {
  readonly spec: Spec;
  readonly namespaces: Namespaces;
  readonly host: Host;
  readonly request: Request;
  /** Gets the user namespaces that map the ids of mounts. */
  readonly slots: Slot[];
  /** Every bind source is opened before anything else. */
  readonly sourcesFirst?: boolean;
}

/** One `mount` operation from its place and its options. */
export function mountOperation(
  place: { what: number; how: number; source: string; destination: string; type: string },
  options: Pick<MountOptions, 'set' | 'clear' | 'recursiveSet' | 'recursiveClear' | 'propagations' | 'data'>,
): Operation {
  return {
    op: 'mount',
    ...place,
    options: options.data,
    set: options.set,
    clear: options.clear,
    recursiveSet: options.recursiveSet,
    recursiveClear: options.recursiveClear,
    propagations: options.propagations,
    slot: NO_SLOT,
  };
}
