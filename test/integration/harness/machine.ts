/**
 * A machine of its own for each test file: mount, network, ipc, uts, pid and cgroup namespaces, every cgroup hierarchy
 * mounted with a group of ours as its root, an empty /run and /tmp. What a test leaves behind is seen, and ends with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { subject } from './subject.ts';
import { tools } from './tools.ts';

const repository = new URL('../../../', import.meta.url).pathname;
const sandbox = join(repository, 'conformance/sandbox');
export interface Result {
  /** 128 + N for signal N, as a shell says it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly uid?: number | undefined;
  /** A pid of the machine whose user namespace is entered, as its root. */
  readonly userNamespace?: number | undefined;
  /** Working directory inside the machine. */
  readonly cwd?: string | undefined;
  readonly env?: Record<string, string> | undefined;
  readonly input?: string | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/** A command that was started in the machine; its output goes to files, so that whoever inherits it holds nobody up. */
export class Command {
  readonly child: ChildProcess;
  readonly #files: readonly [string, string];
  readonly #ended: Promise<number>;

  constructor(child: ChildProcess, files: readonly [string, string]) {
    this.child = child;
    this.#files = files;
    this.#ended = once(child, 'exit').then(([code, signal]) => code ?? 128 + signalNumber(signal));
  }

  get stdout(): string {
    return readFileSync(this.#files[0], 'utf8');
  }

  get stderr(): string {
    return readFileSync(this.#files[1], 'utf8');
  }

  async result(): Promise<Result> {
    const code = await this.#ended;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }
}

function signalNumber(name: NodeJS.Signals): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGABRT: 6,
    SIGKILL: 9,
    SIGUSR1: 10,
    SIGSEGV: 11,
    SIGPIPE: 13,
    SIGTERM: 15,
    SIGSYS: 31,
  };
  return numbers[name] ?? 64;
}

export class Machine {
  #process: ChildProcess | undefined;
  #pid = 0;
  protected tools = '';
  /** Seconds that a file may take before its machine is torn down, whatever became of the test. */
  protected readonly lifetime: number = 900;
  #files = 0;

  /** The script that its first process runs, and what it is told beyond what inner.sh gets. */
  protected inner(): readonly [string, ...string[]] {
    return [join(repository, 'test/integration/harness/inner.sh')];
  }

  /** @param name for its cgroups on the host */
  async start(name: string): Promise<void> {
    this.tools = tools();
    const [inner, ...rest] = this.inner();
    const all = [inner, join(sandbox, 'cgroups.sh'), this.tools, subject.folder, ...rest];
    const lifetime = String(this.lifetime);
    const outer = [join(sandbox, 'outer.sh'), `hoist-integration-${process.pid}-${name}`, lifetime, ...all];
    const child = spawn(
      'unshare',
      ['--mount', '--net', '--ipc', '--uts', '--propagation', 'private', '--', 'sh', ...outer],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH ?? '' },
      },
    );
    this.#process = child;
    const ready = child.stdio[4];
    const [answer] = ready ? await Promise.race([once(ready, 'data'), once(child, 'exit').then(() => [])]) : [];
    this.#pid = Number(answer);
    if (!(this.#pid > 0)) throw new Error('the machine for these tests could not be made: root is needed');
    mkdirSync(this.path('/run/output'));
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child) return;
    const gone = once(child, 'exit');
    child.stdio[3]?.destroy();
    await gone;
  }

  /** A path of the machine as seen from here. */
  path(inside: string): string {
    return `/proc/${this.#pid}/root${inside}`;
  }

  read(inside: string): string {
    return readFileSync(this.path(inside), 'utf8');
  }

  /** Where `machine enter` takes a command: options, and the pid of the first process. */
  protected entrance(): readonly string[] {
    return [String(this.#pid)];
  }

  /** Starts a command in the machine, without waiting for it. */
  spawn(argv: readonly string[], options: CommandOptions = {}): Command {
    const files = [this.path(`/run/output/${++this.#files}.out`), this.path(`/run/output/${this.#files}.err`)] as const;
    const [out, err] = files.map((file) => openSync(file, 'w', 0o666));
    const enter = [
      ...(options.uid === undefined ? [] : ['-u', String(options.uid)]),
      ...(options.userNamespace === undefined ? [] : ['-n', String(options.userNamespace)]),
      ...(options.cwd === undefined ? [] : ['-C', options.cwd]),
      ...this.entrance(),
    ];
    const child = spawn(join(this.tools, 'machine'), ['enter', ...enter, ...argv], {
      stdio: ['pipe', out, err],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...options.env },
      timeout: options.timeout ?? 50_000,
      killSignal: 'SIGKILL',
    });
    for (const file of [out, err]) if (file !== undefined) closeSync(file);
    child.stdin?.on('error', () => undefined);
    if (options.input !== undefined) child.stdin?.write(options.input);
    return new Command(child, files);
  }

  /** Runs a command in the machine to its end. */
  async run(argv: readonly string[], options: CommandOptions = {}): Promise<Result> {
    const command = this.spawn(argv, options);
    command.child.stdin?.end();
    return command.result();
  }

  /** The output of a command that must succeed. */
  async must(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv, options);
    if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${stderr}${stdout}`);
    return stdout;
  }
}
