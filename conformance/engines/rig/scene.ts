/** What a case gets: an engine's command line in a machine, and short words for what people do with it. */
import { readdirSync } from 'node:fs';
import type { Command, CommandOptions, Result } from '../../../test/integration/harness/machine.ts';
import { until } from '../../../test/integration/harness/until.ts';
import { Skip } from '../../column.ts';
import type { EngineMachine } from './machine.ts';

export type Case = (scene: Scene) => Promise<void>;

/** Runs until it is told to end, and says so. */
export const patient = ['sh', '-c', 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.1; done'] as const;
export const image = 'hoist.test/busybox';
export const services = 'hoist.test/services';

/** What they are imported from, as any root file system. */
const archives = { [image]: '/images/busybox.tar', [services]: '/images/services.tar' };

export interface Client {
  /** `docker`, `podman`, and options for all that they are asked. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
  /** ctr is told with every container. */
  readonly runtime?: string | undefined;
  /** Those that it has. */
  readonly images: Set<string>;
  /** Ends its daemon, and nothing else, and starts it again. */
  readonly restart?: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
  /** What it says of itself, for cases that only some can run. */
  readonly traits: ReadonlySet<Trait>;
}

export type Trait =
  | 'docker'
  | 'podman'
  /** Knows BuildKit and compose. */
  | 'plugins'
  /** Links between containers, restart policies, events of a daemon. */
  | 'daemon'
  | 'rootless'
  | 'docker-20'
  /** hoist's shim, not containerd's. */
  | 'shim'
  | 'hoist';

export class Scene {
  readonly machine: EngineMachine;
  readonly client: Client;
  readonly #name: string;
  #count = 0;

  constructor(machine: EngineMachine, client: Client, name: string) {
    this.machine = machine;
    this.client = client;
    this.#name = name.toLowerCase().replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '');
  }

  has(trait: Trait): boolean {
    return this.client.traits.has(trait);
  }

  needs(trait: Trait, reason: string): void {
    if (!this.has(trait)) throw new Skip(reason);
  }

  /** A name for a container, a volume, a network. */
  id(): string {
    return `${this.#name}-${++this.#count}`;
  }

  /** Starts the client. */
  spawn(args: readonly string[], options: CommandOptions = {}): Command {
    const { command, env, uid } = this.client;
    return this.machine.spawn([...command, ...args], { env, uid, ...options });
  }

  /** Starts it under a terminal of 101 columns and 33 rows. */
  spawnInTerminal(args: readonly string[], options: CommandOptions = {}): Command {
    const { command, env, uid } = this.client;
    return this.machine.spawn(['/run/tools/machine', 'pty', ...command, ...args], { env, uid, ...options });
  }

  async cli(args: readonly string[], options: CommandOptions = {}): Promise<Result> {
    const command = this.spawn(args, options);
    command.child.stdin?.end();
    return command.result();
  }

  /** The output of a client that must succeed, without the last line's end. */
  async must(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.cli(args);
    if (code !== 0)
      throw new Error(`${this.client.command[0]} ${args.join(' ')}: exit code ${code}: ${stderr}${stdout}`);
    return stdout.trimEnd();
  }

  /** Makes sure that an image is there: the large one is not for every case. */
  async bring(name: keyof typeof archives): Promise<void> {
    if (this.client.images.has(name)) return;
    const change = ['--change', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
    const { code, stderr } = await this.cli(['import', ...change, archives[name], name], { timeout: 120_000 });
    if (code !== 0) throw new Error(`importing ${name}: ${stderr}`);
    this.client.images.add(name);
  }

  /** Ends containers, however busy they are. */
  async remove(...ids: string[]): Promise<void> {
    await this.must('rm', '-f', '-v', ...(this.has('podman') ? ['-t', '0'] : []), ...ids);
  }

  /** `run --rm` of the small image, to its end. */
  async run(flags: readonly string[], argv: readonly string[], options: CommandOptions = {}): Promise<Result> {
    return this.cli(['run', '--rm', ...flags, image, ...argv], options);
  }

  /** Its output; it must end with 0. */
  async output(flags: readonly string[], argv: readonly string[]): Promise<string> {
    return this.must('run', '--rm', ...flags, image, ...argv);
  }

  /** `run -d`, and waits until it has said that it is up. @returns its name */
  async background(flags: readonly string[] = [], argv: readonly string[] = patient, from = image): Promise<string> {
    const id = this.id();
    await this.must('run', '-d', '--name', id, ...flags, from, ...argv);
    if (argv === patient) await this.logged(id, /up/);
    return id;
  }

  async logged(id: string, wanted: RegExp, patience = 10_000): Promise<string> {
    return until(
      `${wanted} in the log of ${id}`,
      async () => {
        const { stdout, stderr } = await this.cli(['logs', id]);
        return wanted.test(stdout + stderr) ? stdout + stderr : undefined;
      },
      patience,
    );
  }

  async exec(id: string, ...argv: string[]): Promise<string> {
    return this.must('exec', id, ...argv);
  }

  /** A field of `inspect`, as Go's templates name it. */
  async inspect(id: string, field: string): Promise<string> {
    return this.must('inspect', '--format', `{{${field}}}`, id);
  }

  /** Waits for a field to have a value. */
  async becomes(id: string, field: string, wanted: string, patience = 15_000): Promise<void> {
    await until(
      `${field} of ${id} to be ${wanted}`,
      async () => ((await this.inspect(id, field)) === wanted ? true : undefined),
      patience,
    );
  }

  /** Names of processes of the machine that contain a text. */
  processes(text: string): string[] {
    const pids = readdirSync(this.machine.path('/proc')).filter((entry) => /^\d+$/.test(entry));
    return pids.flatMap((pid) => {
      try {
        const words = this.machine.read(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
        return words.includes(text) ? [`${pid} ${words}`] : [];
      } catch {
        return []; // gone meanwhile
      }
    });
  }
}
