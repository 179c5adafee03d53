/** One column of the table: all cases with one shim under one containerd, in a machine that is as clean after a case as before. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache.ts';
import type { Cell } from '../report.ts';
import { watchLeftovers } from './rig/leftovers.ts';
import { Rig } from './rig/rig.ts';
import { type Case, Scene, Skip } from './rig/scene.ts';
import type { Shim } from './rig/shims.ts';
import type { Containerd } from './rig/versions.ts';

/** Milliseconds that a case may take. */
const limit = 240_000;

export class Column {
  readonly name: string;
  readonly version: string;
  readonly verdicts = new Map<string, Cell>();
  /** Milliseconds of each case. */
  readonly durations = new Map<string, number>();
  readonly #containerd: Containerd;
  readonly #shim: Shim;
  readonly #programs: readonly string[];
  #rig: Rig | undefined;
  #leftovers: () => Promise<string[]> = async () => [];

  constructor(containerd: Containerd, shim: Shim, programs: readonly string[]) {
    this.name = `${containerd.name} ${shim.name}`;
    this.version = containerd.version;
    this.#containerd = containerd;
    this.#shim = shim;
    this.#programs = programs;
  }

  /** Runs the cases one after the other. */
  async run(cases: Readonly<Record<string, Case>>): Promise<void> {
    try {
      for (const [name, body] of Object.entries(cases)) {
        const begin = Date.now();
        const verdict = await this.#judge(name, body);
        this.verdicts.set(name, verdict);
        this.durations.set(name, Date.now() - begin);
        if (verdict.result === 'fail') await this.#discard(name, verdict.reason);
      }
    } finally {
      await this.#rig?.stop();
    }
  }

  /** A machine that a case has failed in is not used again: the next case gets a new one. */
  async #discard(name: string, reason: string): Promise<void> {
    const folder = join(cacheFolder, 'logs', 'containerd');
    mkdirSync(folder, { recursive: true });
    const file = `${this.name} ${name}.log`.replaceAll(/[^\w.]+/g, '-');
    writeFileSync(join(folder, file), `${reason}\n\n${this.#rig?.daemon.log ?? ''}`);
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

  async #judge(name: string, body: Case): Promise<Cell> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const scene = new Scene(await this.#machine(), this.#shim, name);
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`took more than ${limit / 1000} s`)), limit);
      });
      await Promise.race([body(scene), late]);
      const left = await this.#leftovers();
      return left.length > 0 ? { result: 'fail', reason: left.slice(0, 5).join('; ') } : { result: 'pass', reason: '' };
    } catch (error) {
      if (error instanceof Skip) return { result: 'skip', reason: error.message };
      return { result: 'fail', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
