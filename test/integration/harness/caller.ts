/** Somebody who calls the runtime: root, an unprivileged user, or root of a user namespace. */
import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { type Bundle, configure, type Mode, makeBundle, type Patch, USER } from './bundle.ts';
import { Container } from './container.ts';
import type { Command, CommandOptions, Machine, Result } from './machine.ts';
import { isHoist, subject } from './subject.ts';

/** What a test asks the probe: each question is a fact and its arguments. */
export type Questions = readonly (readonly string[])[];

export interface RunOptions extends CommandOptions {
  /** Global options, before the command. */
  readonly globals?: readonly string[];
  /** Options of the command. */
  readonly flags?: readonly string[];
  readonly id?: string;
  /** A bundle made before, whose config.json is written now. */
  readonly bundle?: Bundle;
  /** Runs the runtime by way of this command: `['sh', '-c', 'umask 0; exec "$@"', '-']`. */
  readonly wrapper?: readonly string[];
}

let counter = 0;

export class Caller {
  readonly mode: Mode;
  readonly machine: Machine;
  readonly #identity: CommandOptions;
  readonly #bundles: Bundle[] = [];
  readonly #created = new Set<string>();

  /** @param holder the pid, in the machine, of the process that keeps the user namespace (mode `userns`) */
  constructor(machine: Machine, mode: Mode, holder: number) {
    this.machine = machine;
    this.mode = mode;
    if (mode === 'root') this.#identity = {};
    else if (mode === 'rootless') this.#identity = { uid: USER, env: { XDG_RUNTIME_DIR: `/run/user/${USER}` } };
    else this.#identity = { userNamespace: holder, env: { XDG_RUNTIME_DIR: `/run/user/${USER}` } };
  }

  /** The state root that every command gets. */
  get root(): string {
    return this.mode === 'root' ? '/run/state' : `/run/user/${USER}/state`;
  }

  /** A path of a container's state as seen from here. */
  stateFolder(id: string): string {
    return this.machine.path(`${this.root}/${id}`);
  }

  newId(): string {
    return `c${++counter}`;
  }

  newBundle(): Bundle {
    const bundle = makeBundle(this.machine, `b${++counter}`, this.mode);
    this.#bundles.push(bundle);
    return bundle;
  }

  /** A bundle with its config.json. */
  bundle(patch: Patch): Bundle {
    const bundle = this.newBundle();
    configure(bundle, this.mode, patch);
    return bundle;
  }

  spawn(args: readonly string[], options: RunOptions = {}): Command {
    const argv = [
      ...(options.wrapper ?? []),
      subject.program,
      '--root',
      this.root,
      ...(options.globals ?? []),
      ...args,
    ];
    const env = { ...this.#identity.env, ...options.env };
    return this.machine.spawn(argv, { ...this.#identity, ...options, env });
  }

  /** Runs a command of the runtime to its end. */
  async runtime(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    const command = this.spawn(args, options);
    command.child.stdin?.end();
    return command.result();
  }

  /** Runs a program of the machine as this caller. */
  command(argv: readonly string[], options: CommandOptions = {}): Promise<Result> {
    return this.machine.run(argv, { ...this.#identity, ...options });
  }

  #prepared(patch: Patch, options: RunOptions): { id: string; bundle: Bundle; args: string[] } {
    const bundle = options.bundle ?? this.newBundle();
    configure(bundle, this.mode, patch);
    const id = options.id ?? this.newId();
    this.#created.add(id);
    return { id, bundle, args: [...(options.flags ?? []), '--bundle', bundle.path, id] };
  }

  /** `run` in the foreground. */
  run(patch: Patch, options: RunOptions = {}): Promise<Result> {
    return this.runtime(['run', ...this.#prepared(patch, options).args], options);
  }

  /** `run` in the foreground, without waiting. */
  running(patch: Patch, options: RunOptions = {}): { command: Command; id: string } {
    const { id, args } = this.#prepared(patch, options);
    return { command: this.spawn(['run', ...args], options), id };
  }

  /** `create`, whatever comes of it. */
  tryCreate(patch: Patch, options: RunOptions = {}): Promise<Result> {
    return this.runtime(['create', ...this.#prepared(patch, options).args], options);
  }

  /** `create` that must succeed. */
  async create(patch: Patch, options: RunOptions = {}): Promise<Container> {
    const { id, bundle, args } = this.#prepared(patch, options);
    const command = this.spawn(['create', '--pid-file', `${bundle.path}/pid`, ...args], options);
    if (options.input === undefined) command.child.stdin?.end();
    const { code, stderr } = await command.result();
    expect(code, stderr).toBe(0);
    return new Container(this, id, bundle, () => ({ stdout: command.stdout, stderr: command.stderr }));
  }

  /** `create` and `start` that must succeed. */
  async started(patch: Patch, options: RunOptions = {}): Promise<Container> {
    const container = await this.create(patch, options);
    const { code, stderr } = await container.start();
    expect(code, stderr).toBe(0);
    return container;
  }

  /** What the probe says inside a container, one text for each question. The container must succeed. */
  async facts(questions: Questions, patch: Patch = () => undefined, options: RunOptions = {}): Promise<string[]> {
    const result = await this.run((config, bundle) => {
      config.process.args = probe(...questions);
      return patch(config, bundle);
    }, options);
    // Peers warn of this and that; hoist says nothing when nothing is wrong.
    expect(result, 'the probe in its container').toMatchObject(
      isHoist ? { code: 0, stderr: '' } : { code: 0, stderr: expect.any(String) },
    );
    return answers(result.stdout);
  }

  /** Removes what the test did not: its containers, then its bundles. */
  async cleanUp(): Promise<void> {
    for (const id of this.#created) await this.runtime(['delete', '--force', id]);
    this.#created.clear();
    for (const bundle of this.#bundles.splice(0)) rmSync(bundle.outside.path, { recursive: true, force: true });
  }
}

/** The argv that asks the probe. */
export function probe(...questions: Questions): string[] {
  return ['/bin/probe', ...questions.flatMap((question, index) => (index === 0 ? question : [',', ...question]))];
}

/** The probe's answers, without their last line breaks. */
export function answers(output: string): string[] {
  return output
    .split('\f')
    .slice(0, -1)
    .map((answer) => answer.replace(/\n$/, ''));
}
