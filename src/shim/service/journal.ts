import type { Container } from './container.ts';
import type { InitFacts } from './init.ts';

/**
 * Where tasks are written down for a successor of this process. Under containerd there is none: a shim that dies is not followed by
 * another, containerd has its containers removed.
 */
export interface Journal {
  /** A task is about to be made: its successor would have to undo what there is of it. @throws when that cannot be written: nothing may be made */
  announce(facts: InitFacts): void;
  /** A process of it was added, born or has ended, which nobody has been told yet. Never throws. */
  note(container: Container): void;
  /** Nothing of it is left. Never throws. */
  forget(id: string): void;
}
