/** The containerd process of a machine: started, ended kindly or not, started again over the same state. */
import { writeFileSync } from 'node:fs';
import type { Command, Machine } from '../../../test/integration/harness/machine.ts';
import { until } from '../../../test/integration/harness/until.ts';

/** Everything of containerd's own lies below it; state and socket are where they are on people's machines. */
export const rootFolder = '/run/containerd-root';
export const socketPath = '/run/containerd/containerd.sock';

/** Plugins that are not needed: they take time at each start, or fail on this machine and fill the log. */
const unused = [
  ...['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime'],
  ...['io.containerd.nri.v1.nri', 'io.containerd.tracing.processor.v1.otlp', 'io.containerd.internal.v1.tracing'],
  ...['aufs', 'blockfile', 'btrfs', 'devmapper', 'erofs', 'zfs'].map((name) => `io.containerd.snapshotter.v1.${name}`),
  'io.containerd.podsandbox.controller.v1.podsandbox',
];

const plainConfig = `version = 2
root = "${rootFolder}"
state = "/run/containerd"
disabled_plugins = ${JSON.stringify(unused)}
`;

export class Daemon {
  readonly #machine: Machine;
  readonly #env: Record<string, string>;
  readonly #config: string;
  #process: Command | undefined;

  /** @param config containerd's, which has the root folder and the socket above; nothing but tasks and images by itself */
  constructor(machine: Machine, env: Record<string, string>, config = plainConfig) {
    this.#machine = machine;
    this.#env = env;
    this.#config = config;
  }

  /** All that it has logged since it was last started. */
  get log(): string {
    return this.#process?.stderr ?? '';
  }

  /**
   * Returns when it answers.
   * @param level of its log; with `debug` its shims are told to say more, too
   */
  async start(level: 'info' | 'debug' = 'info'): Promise<void> {
    writeFileSync(this.#machine.path('/run/containerd.toml'), this.#config);
    const argv = ['containerd', '--config', '/run/containerd.toml', '--log-level', level];
    const process = this.#machine.spawn(argv, { env: this.#env, timeout: 0 });
    this.#process = process;
    await until('containerd to answer', async () => {
      if (process.child.exitCode !== null) throw new Error(`containerd has ended: ${process.stderr}`);
      if (!process.stderr.includes('containerd successfully booted')) return undefined;
      const { code } = await this.#machine.run(['ctr', 'version'], { env: this.#env });
      return code === 0 ? true : undefined;
    });
  }

  /** Ends it, and nothing else: the shims go on. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#process?.child.kill(signal);
    await this.#process?.result();
  }
}
