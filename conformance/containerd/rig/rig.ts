/**
 * A containerd in a machine of its own (test/integration/harness/machine.ts): namespaces for mounts, network, processes
 * and cgroups, an empty /run. So the paths that all shims share, whatever containerd's settings say (/run/containerd/s,
 * /run/containerd/runc), are nobody else's, and whatever is left behind is seen, and ends with the machine.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, type CommandOptions, Machine, type Result } from '../../../test/integration/harness/machine.ts';
import { cacheFolder } from '../../cache.ts';
import { TasksClient } from './api.ts';
import { Daemon, socketPath } from './daemon.ts';
import { EventLog } from './events.ts';
import { imageName, writeImage } from './image.ts';
import type { Containerd } from './versions.ts';

/** The namespace, in containerd's sense, in which the cases work. */
export const namespace = 'e2e';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Setup {
  readonly containerd: Containerd;
  /** For the machine's cgroups. */
  readonly name: string;
  /** Folders of programs that come before all others in PATH: of a criu, a crun, a registry. */
  readonly programs: readonly string[];
}

export class Rig {
  readonly containerd: Containerd;
  readonly machine = new Machine();
  readonly daemon: Daemon;
  readonly events: EventLog;
  /** What containerd, and so its shims and runtimes, have in their environment. */
  readonly env: { readonly PATH: string; HOIST_SHIM_GROUPING?: string; HOIST_SHIM_PROTOCOL?: string };
  readonly #name: string;

  constructor(setup: Setup) {
    this.containerd = setup.containerd;
    this.#name = setup.name;
    this.env = { PATH: [...setup.programs, setup.containerd.folder, '/run/runtime', systemPath].join(':') };
    this.daemon = new Daemon(this.machine, this.env);
    this.events = new EventLog(this);
  }

  /** Makes the machine, starts containerd in it, and imports the image. */
  async start(): Promise<void> {
    await this.machine.start(this.#name);
    try {
      await this.daemon.start();
      const archive = join(cacheFolder, 'busybox.tar');
      if (!existsSync(archive)) {
        mkdirSync(cacheFolder, { recursive: true });
        writeImage(archive, this.machine.path('/run/tools/busybox'));
      }
      copyFileSync(archive, this.machine.path('/run/busybox.tar'));
      await this.mustCtr(['images', 'import', '/run/busybox.tar']);
      await this.events.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** containerd's gRPC interface; to be closed by whoever has asked for it. */
  tasks(): TasksClient {
    return new TasksClient(this.machine.path(socketPath), namespace);
  }

  async stop(): Promise<void> {
    await this.machine.stop();
  }

  /** Starts `ctr`, in the cases' namespace, without waiting for it. */
  spawnCtr(args: readonly string[], options: CommandOptions = {}): Command {
    return this.machine.spawn(['ctr', '--namespace', namespace, ...args], { ...options, env: this.env });
  }

  /** Starts `ctr` under a terminal of 101 columns and 33 rows; what it is given as input goes through that. */
  spawnCtrInTerminal(args: readonly string[], options: CommandOptions = {}): Command {
    const argv = ['/run/tools/machine', 'pty', 'ctr', '--namespace', namespace, ...args];
    return this.machine.spawn(argv, { ...options, env: this.env });
  }

  async ctr(args: readonly string[], options: CommandOptions = {}): Promise<Result> {
    const command = this.spawnCtr(args, options);
    command.child.stdin?.end();
    return command.result();
  }

  /** The output of a `ctr` that must succeed. */
  async mustCtr(args: readonly string[], options: CommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.ctr(args, options);
    if (code !== 0) throw new Error(`ctr ${args.join(' ')}: exit code ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** `ctr run` of the image. @param flags the shim's, and others */
  runArguments(flags: readonly string[], id: string, argv: readonly string[]): string[] {
    return ['run', ...flags, imageName, id, ...argv];
  }
}
