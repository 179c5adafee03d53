/** What a case gets: a containerd, a shim, and short words for what people do with them. */
import { readdirSync } from 'node:fs';
import type { Command, CommandOptions, Result } from '../../../test/integration/harness/machine.ts';
import { until } from '../../../test/integration/harness/until.ts';
import type { Event } from './events.ts';
import type { Rig } from './rig.ts';
import type { Shim } from './shims.ts';

export type Case = (scene: Scene) => Promise<void>;

interface RunOptions extends CommandOptions {
  /** Of `ctr run` or `ctr task exec`, beyond the shim's. */
  readonly flags?: readonly string[];
  readonly id?: string;
}

/** Runs until it is killed, and ends at once when asked to. */
export const idle = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'] as const;

/** Without what ctr says for itself: 2.2 and later deplore cgroup v1. */
export function withoutWarnings({ stderr, ...result }: Result): Result {
  return { ...result, stderr: stderr.replaceAll(/^time="[^"]*" level=warning msg="DEPRECATION: .*\n/gm, '') };
}

export class Scene {
  readonly rig: Rig;
  readonly shim: Shim;
  readonly #name: string;
  #count = 0;

  /** @param name of the case: a prefix of its containers' names */
  constructor(rig: Rig, shim: Shim, name: string) {
    this.rig = rig;
    this.shim = shim;
    this.#name = name.replaceAll(/\W+/g, '-').replace(/-$/, '');
  }

  /** A name for a new container. */
  id(): string {
    return `${this.#name}-${++this.#count}`;
  }

  /** Whether the containerd is at least of this version, as `1.7`. */
  isAtLeast(version: string): boolean {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const [ours = 0, also = 0] = this.rig.containerd.name.split('.').map(Number);
    return ours > major || (ours === major && also >= minor);
  }

  /** Starts `ctr run --rm`. */
  spawn(argv: readonly string[], { flags = [], id = this.id(), ...options }: RunOptions = {}): Command {
    return this.rig.spawnCtr(this.rig.runArguments(['--rm', ...this.shim.flags, ...flags], id, argv), options);
  }

  /** `ctr run --rm`, to its end. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    const command = this.spawn(argv, options);
    command.child.stdin?.end();
    return withoutWarnings(await command.result());
  }

  /** `ctr run --rm --tty`, under a terminal. */
  spawnInTerminal(argv: readonly string[], { flags = [], id = this.id(), ...options }: RunOptions = {}): Command {
    const all = ['--rm', '--tty', ...this.shim.flags, ...flags];
    return this.rig.spawnCtrInTerminal(this.rig.runArguments(all, id, argv), options);
  }

  /** `ctr run --detach`, with no streams unless the flags say otherwise. @returns its name */
  async background(
    argv: readonly string[] = idle,
    { flags = ['--null-io'], ...options }: RunOptions = {},
  ): Promise<string> {
    const { id = this.id(), ...rest } = options;
    await this.rig.mustCtr(this.rig.runArguments(['--detach', ...this.shim.flags, ...flags], id, argv), rest);
    return id;
  }

  /** `ctr task exec`, to its end. */
  async exec(container: string, argv: readonly string[], options: RunOptions = {}): Promise<Result> {
    const command = this.spawnExec(container, argv, options);
    command.child.stdin?.end();
    return withoutWarnings(await command.result());
  }

  /** Starts `ctr task exec`. */
  spawnExec(
    container: string,
    argv: readonly string[],
    { flags = [], id = this.id(), ...options }: RunOptions = {},
  ): Command {
    return this.rig.spawnCtr(['task', 'exec', '--exec-id', id, ...flags, container, ...argv], options);
  }

  /** `ctr task …`, which must succeed. */
  async task(...args: string[]): Promise<string> {
    return this.rig.mustCtr(['task', ...args]);
  }

  /** The message of a `ctr` that must fail. */
  async refused(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.rig.ctr(args);
    if (code === 0) throw new Error(`ctr ${args.join(' ')} should have failed: ${stdout}`);
    return stderr;
  }

  /** `RUNNING`, `PAUSED`, `STOPPED`, and the pid in the machine; undefined when there is no such task. */
  async state(container: string): Promise<{ status: string; pid: number } | undefined> {
    const rows = (await this.task('list')).split('\n').map((row) => row.split(/\s+/));
    const [, pid, status] = rows.find(([name]) => name === container) ?? [];
    return status ? { status, pid: Number(pid) } : undefined;
  }

  async pid(container: string): Promise<number> {
    const pid = (await this.state(container))?.pid;
    if (!pid) throw new Error(`there is no task ${container}`);
    return pid;
  }

  /** The process of a container's shim: the parent of its first one. @returns the pid in the machine */
  async shimOf(container: string): Promise<number> {
    const status = this.rig.machine.read(`/proc/${await this.pid(container)}/status`);
    return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  }

  /** A process of the machine, by its name and a word on its command line. @returns its pid in the machine */
  findProcess(name: string, word: string): number | undefined {
    const { machine } = this.rig;
    const pids = readdirSync(machine.path('/proc')).filter((entry) => /^\d+$/.test(entry));
    const found = pids.find((pid) => {
      try {
        if (machine.read(`/proc/${pid}/comm`).trim() !== name) return false;
        return machine.read(`/proc/${pid}/cmdline`).split('\0').includes(word);
      } catch {
        return false; // gone meanwhile
      }
    });
    return found === undefined ? undefined : Number(found);
  }

  /** Sends a signal to a process of the machine, and never to 0, which is us, or to 1. */
  async signal(name: 'STOP' | 'CONT' | 'KILL', pid: number | undefined): Promise<void> {
    if (!pid || !(pid > 1)) throw new Error(`there is no process to send SIG${name} to`);
    await this.rig.machine.must(['kill', `-${name}`, String(pid)]);
  }

  /** All events of a container whose task has been deleted; a careless shim may have kept the last to itself. */
  async eventsOfLife(container: string): Promise<Event[]> {
    const { events } = this.rig;
    if (!this.shim.isCareless) return events.until(container, '/tasks/delete');
    return events.until(container, '/tasks/delete', 1000).catch(() => events.of(container));
  }

  /** The fields of the event that a process has ended; of the container's first one unless another is named. */
  async exitOf(container: string, process = container): Promise<Event['fields']> {
    return until(`the exit of ${process}`, () => {
      const exits = this.rig.events.of(container).filter(({ topic }) => topic === '/tasks/exit');
      return exits.find(({ fields }) => fields.id === process)?.fields;
    });
  }

  /** Waits for a task to be in a state. */
  async becomes(container: string, status: string): Promise<void> {
    await until(`${container} to be ${status}`, async () => {
      return (await this.state(container))?.status === status ? true : undefined;
    });
  }

  /** Kills a container and takes all of it away. */
  async end(container: string): Promise<void> {
    await this.task('delete', '--force', container);
    await this.forget(container);
  }

  /** Takes away a container whose task is gone. */
  async forget(container: string): Promise<void> {
    await this.rig.mustCtr(['container', 'delete', container]);
  }
}
