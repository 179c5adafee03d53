/** `state`: what is known of a container (spec: runtime.md, Query State; runc's keys). */

import type { State } from '../spec/types.ts';
import { OCI_VERSION } from '../spec/version.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { statusOf } from './status.ts';

/** runc's superset of the specification's state, its keys in its order. */
export interface ContainerState extends State {
  readonly pid: number;
  readonly rootfs: string;
  readonly created: string;
  /** Empty in `state`, filled in by `list`. */
  readonly owner: string;
}

/** @throws RuntimeError NotFound */
export function state(context: Context, id: string): ContainerState {
  const folder = new ContainerFolder(context, id);
  return stateOf(folder, folder.mustLoad());
}

export function stateOf(folder: ContainerFolder, saved: SavedState): ContainerState {
  const status = statusOf(folder, saved);
  return {
    ociVersion: OCI_VERSION,
    id: saved.id,
    pid: status === 'stopped' ? 0 : saved.init_process_pid,
    status,
    bundle: saved.bundle,
    rootfs: saved.rootfs,
    created: saved.created,
    ...(saved.annotations ? { annotations: sorted(saved.annotations) } : {}),
    owner: '',
  };
}

/** By name, as Go prints them. */
function sorted(annotations: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1)));
}
