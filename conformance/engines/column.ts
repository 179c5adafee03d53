/** One column of a table: an engine with a runtime. */
import { existsSync, readdirSync } from 'node:fs';
import { until } from '../../test/integration/harness/until.ts';
import { Column } from '../column.ts';
import type { Engine, Opened } from './rig/engine.ts';
import { EngineMachine } from './rig/machine.ts';
import { image, Scene } from './rig/scene.ts';

/** Programs of which none is left when there is no container. */
const ofContainers = ['containerd-shim', 'conmon ', '/conmon', 'hoist-init', 'docker-proxy'];

export class EngineColumn extends Column<Scene> {
  readonly name: string;
  readonly version = '';
  protected readonly logs = 'engines';
  /** Of the engine. */
  readonly engine: string;
  /** What the engine comes with. */
  readonly isStock: boolean;
  readonly of: Engine;
  readonly #runtime: string;
  #machine: EngineMachine | undefined;
  #opened: Opened | undefined;

  constructor(engine: Engine, runtime: string) {
    super();
    this.name = `${engine.name} ${runtime}`;
    this.engine = engine.name;
    this.isStock = runtime === engine.runtimes[0];
    this.of = engine;
    this.#runtime = runtime;
  }

  protected get log(): string {
    return this.#opened?.log() ?? '';
  }

  protected async scene(test: string): Promise<Scene> {
    if (!this.#machine || !this.#opened) {
      const machine = new EngineMachine(this.of.suite);
      await machine.start(this.name.replaceAll(' ', '-'));
      this.#machine = machine;
      this.#opened = await this.of.open(machine, this.#runtime);
    }
    const scene = new Scene(this.#machine, this.#opened.client, test);
    if (!scene.client.runtime) await scene.bring(image);
    return scene;
  }

  /** Containers, pods and whatever ran them. */
  protected async tidy(scene: Scene): Promise<string[]> {
    const all = scene.client.runtime ? [] : (await scene.must('ps', '-aq')).split('\n').filter((id) => id !== '');
    if (all.length > 0) await scene.remove(...all);
    let left: string[] = [];
    await until('nothing to be left', () => {
      left = this.#left(scene);
      return left.length === 0 ? true : undefined;
    }).catch(() => undefined);
    return left.map((what) => `left: ${what}`);
  }

  #left(scene: Scene): string[] {
    const processes = ofContainers.flatMap((name) => scene.processes(name));
    const folders = (this.#opened?.state ?? []).flatMap((folder) => {
      const seen = scene.machine.path(folder);
      return existsSync(seen)
        ? readdirSync(seen)
            .filter((entry) => !entry.startsWith('.'))
            .map((entry) => `${folder}/${entry}`)
        : [];
    });
    return [...processes, ...folders];
  }

  protected async stop(): Promise<void> {
    await this.#opened?.close().catch(() => undefined);
    await this.#machine?.stop();
    this.#opened = undefined;
    this.#machine = undefined;
  }
}
