/** A machine whose root is a Debian with the engines in it, and where hoist is installed. */
import { dirname, join } from 'node:path';
import { Machine } from '../../../test/integration/harness/machine.ts';
import { unpackCriu } from '../../peers.ts';
import { debian, type Suite } from './debian.ts';
import { imageFolder } from './images.ts';

export class EngineMachine extends Machine {
  protected override readonly lifetime = 1800;
  readonly #suite: Suite;

  constructor(suite: Suite) {
    super();
    this.#suite = suite;
  }

  protected override inner(): readonly [string, ...string[]] {
    return [join(import.meta.dirname, 'inner.sh'), debian(this.#suite), imageFolder(), dirname(unpackCriu())];
  }
}
