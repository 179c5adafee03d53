/** An engine in a machine, ready to be asked. */
import { dirname } from 'node:path';
import { unpackCriu } from '../../peers.ts';
import type { Suite } from './debian.ts';
import type { EngineMachine } from './machine.ts';
import type { Client } from './scene.ts';

export interface Engine {
  /** As the command line names it. */
  readonly name: string;
  readonly suite: Suite;
  /** The stock one first. */
  readonly runtimes: readonly string[];
  /** The names of the cases that it is for: those of a user without privileges have no cgroups, for one. */
  readonly isFor?: (test: string) => boolean;
  /** Starts it in a machine of its own. @param runtime one of its runtimes */
  open(machine: EngineMachine, runtime: string): Promise<Opened>;
}

export interface Opened {
  readonly client: Client;
  /** What it has logged. */
  readonly log: () => string;
  /** Ends what of it is no container. */
  readonly close: () => Promise<void>;
  /** Where runtimes and shims keep what they know of containers: empty when there are none. */
  readonly state: readonly string[];
}

/** A criu that the kernel gets on with comes first. */
export const path = `${dirname(unpackCriu())}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
