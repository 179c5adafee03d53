/** One column of the table: a containerd with a handler, on a node of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../cache.ts';
import type { Containerd } from '../../containerd/rig/versions.ts';
import { peer } from '../../peers.ts';
import type { Cell } from '../../report.ts';
import { runChecks } from './checks.ts';
import { type Handler, handlerNamed } from './handlers.ts';
import { Node } from './node.ts';
import { runSuite, type SuiteOptions } from './suite.ts';

export class Column {
  readonly name: string;
  readonly version: string;
  readonly containerd: Containerd;
  readonly handler: Handler;
  /** Of specs, by their names. */
  verdicts: ReadonlyMap<string, Cell> = new Map();
  /** Of what is looked at around them. */
  checks: ReadonlyMap<string, Cell> = new Map();
  /** Milliseconds of the specs. */
  duration = 0;

  constructor(containerd: Containerd, handler: Handler) {
    this.name = `${containerd.name} ${handler.name}`;
    this.version = containerd.version;
    this.containerd = containerd;
    this.handler = handler;
  }

  async run(options: SuiteOptions): Promise<void> {
    // Pods that ask for nothing would get runc under another name: so the suite also shows that its handler is what it asks for.
    const other: Handler = { name: 'default', type: 'io.containerd.runc.v2', shim: 'containerd-shim-runc-v2' };
    const programs = [dirname(peer('runc'))];
    const node = new Node(this.containerd, [other, this.handler], programs);
    await node.start();
    try {
      const begin = Date.now();
      const { verdicts, log } = await runSuite(node, this.handler, options);
      this.duration = Date.now() - begin;
      this.verdicts = verdicts;
      this.checks = await runChecks(node, this.handler);
      this.#keep(log, node.daemon.log);
    } finally {
      await node.stop();
    }
  }

  /** @returns the names of specs with this result */
  with(result: Cell['result']): string[] {
    return [...this.verdicts].filter(([, cell]) => cell.result === result).map(([name]) => name);
  }

  #keep(log: string, daemon: string): void {
    const folder = join(cacheFolder, 'logs', 'cri');
    mkdirSync(folder, { recursive: true });
    const name = this.name.replaceAll(' ', '-');
    writeFileSync(join(folder, `${name}.log`), log);
    writeFileSync(join(folder, `${name}-containerd.log`), daemon);
  }
}

/** All columns of the containerds with the handlers of these names, in this order. */
export function columns(containerds: readonly Containerd[], names: readonly string[]): Column[] {
  const handlers = names.flatMap((name) => handlerNamed(name) ?? []);
  return containerds.flatMap((containerd) => handlers.map((handler) => new Column(containerd, handler)));
}
