/** `list`: every container of a state root. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder } from './container.ts';
import type { Context } from './context.ts';
import { type ContainerState, stateOf } from './state.ts';

export interface ContainerSummary extends ContainerState {
  /** Of whom the container is. */
  readonly ownerUid: number;
}

/** Entries that cannot be read are told apart: one broken container must not hide the others. */
export interface Listing {
  readonly containers: readonly ContainerSummary[];
  /** `load container X: …` */
  readonly problems: readonly string[];
}

/** @throws RuntimeError when the root cannot be read; a root that does not exist is the caller's business */
export function list(context: Context): Listing {
  const containers: ContainerSummary[] = [];
  const problems: string[] = [];
  for (const { name, kind } of native.readDirectory(context.root)) {
    // `.cache` and the like are no containers.
    if (kind !== 'directory' || name.startsWith('.')) continue;
    try {
      const folder = new ContainerFolder(context, name);
      const saved = folder.mustLoad();
      containers.push({ ...stateOf(folder, saved), ownerUid: saved.owner });
    } catch (error) {
      if (!(error instanceof RuntimeError || error instanceof SyntaxError || isSystemError(error))) throw error;
      problems.push(`load container ${name}: ${error.message}`);
    }
  }
  containers.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { containers, problems };
}
