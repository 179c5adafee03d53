/** One column of the table: all cases with one shim under one containerd. */
import { Column } from '../column.ts';
import { watchLeftovers } from './rig/leftovers.ts';
import { Rig } from './rig/rig.ts';
import { Scene } from './rig/scene.ts';
import type { Shim } from './rig/shims.ts';
import type { Containerd } from './rig/versions.ts';

export class ContainerdColumn extends Column<Scene> {
  readonly name: string;
  readonly version: string;
  protected readonly logs = 'containerd';
  readonly #containerd: Containerd;
  readonly #shim: Shim;
  readonly #programs: readonly string[];
  #rig: Rig | undefined;
  #leftovers: () => Promise<string[]> = async () => [];

  constructor(containerd: Containerd, shim: Shim, programs: readonly string[]) {
    super();
    this.name = `${containerd.name} ${shim.name}`;
    this.version = containerd.version;
    this.#containerd = containerd;
    this.#shim = shim;
    this.#programs = programs;
  }

  protected get log(): string {
    return this.#rig?.daemon.log ?? '';
  }

  protected async scene(test: string): Promise<Scene> {
    return new Scene(await this.#machine(), this.#shim, test);
  }

  protected async tidy(): Promise<string[]> {
    return this.#leftovers();
  }

  protected async stop(): Promise<void> {
    await this.#rig?.stop();
    this.#rig = undefined;
  }

  async #machine(): Promise<Rig> {
    if (this.#rig) return this.#rig;
    const name = `containerd-${this.name.replaceAll(' ', '-')}`;
    const rig = new Rig({ containerd: this.#containerd, name, programs: this.#programs });
    await rig.start();
    this.#rig = rig;
    // What a first container makes for all that follow (folders, parent groups) is nobody's leftover.
    await new Scene(rig, this.#shim, 'warm-up').run(['true']);
    this.#leftovers = await watchLeftovers(rig.machine, this.#shim);
    return rig;
  }
}
