/** `serve` in the machine of a test, its clients, and what they ask for. */
import { constants, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { type Bundle, configure, makeBundle, type Patch } from '../integration/harness/bundle.ts';
import type { Command, Machine } from '../integration/harness/machine.ts';
import { until } from '../integration/harness/until.ts';
import { GrpcClient, type Message } from './client.ts';

const FOLDER = '/run/engine';
const PROGRAM = ['/run/runtime/containerd-shim-hoist-v1', 'serve'];
const PROCESS = 'types.containerd.io/opencontainers/runtime-spec/1/Process';

/** Of things that need a name of their own. */
let number = 0;

export class Served {
  readonly machine: Machine;
  /** Inside the machine. */
  readonly socket = `${FOLDER}/hoist.sock`;
  private command: Command | undefined;
  private readonly clients: GrpcClient[] = [];
  private readonly fifos: Fifo[] = [];

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Of a container of ours: paths inside the machine. */
  get stateRoot(): string {
    return `${this.socket}.state/runtime/default`;
  }

  get log(): string {
    return this.command?.stderr ?? '';
  }

  async start(wrapper: readonly string[] = []): Promise<void> {
    mkdirSync(this.machine.path(FOLDER), { recursive: true });
    this.command = this.machine.spawn([...wrapper, ...PROGRAM, '--socket', this.socket, '--debug'], { timeout: 0 });
    const { command } = this;
    await until('serve', () =>
      command.child.exitCode === null ? /serving at /.test(command.stderr) || undefined : fail(command),
    );
  }

  client(namespace?: string): GrpcClient {
    const client = new GrpcClient(this.machine.path(this.socket), namespace);
    this.clients.push(client);
    return client;
  }

  /** In the machine. */
  async pid(): Promise<number> {
    return Number((await this.client().task('Connect', {})).shim_pid);
  }

  /** Sends it a signal that ends it. */
  async signal(name: string): Promise<void> {
    const pid = await this.pid();
    await this.machine.must(['kill', `-${name}`, String(pid)]);
    await until('the end of serve', () => !existsSync(this.machine.path(`/proc/${pid}`)) || undefined);
    for (const client of this.clients.splice(0)) client.close();
  }

  /** A bundle whose process runs a script in the container's shell. */
  bundle(script: string, patch: Patch = () => {}): Bundle {
    const bundle = makeBundle(this.machine, `s${++number}`, 'root');
    configure(bundle, 'root', (config) => {
      config.process.args = ['/bin/sh', '-c', script];
      if (config.root) config.root.readonly = false;
      return patch(config, bundle);
    });
    return bundle;
  }

  /** A FIFO, and what has been written to it so far: as an engine reads it, which keeps it open when a server goes. */
  async fifo(name: string): Promise<Fifo> {
    const path = `${FOLDER}/${name}.${++number}`;
    await this.machine.must(['mkfifo', path]);
    const fifo = new Fifo(path, openSync(this.machine.path(path), constants.O_RDWR | constants.O_NONBLOCK));
    this.fifos.push(fifo);
    return fifo;
  }

  /** With all that a failed test has left. */
  async stop(): Promise<void> {
    if (!existsSync(this.machine.path(this.socket))) await this.start();
    const journals = this.machine.path(`${this.socket}.state/tasks`);
    for (const namespace of existsSync(journals) ? readdirSync(journals) : []) {
      const client = this.client(namespace);
      for (const file of readdirSync(join(journals, namespace))) {
        const task = { id: basename(file, '.json') };
        await client.task('Kill', { ...task, signal: 9 }).catch(() => {});
        await client.task('Wait', task, 5000).catch(() => {});
        await client.task('Delete', task).catch(() => {});
      }
    }
    await this.signal('TERM');
    for (const fifo of this.fifos.splice(0)) fifo.close();
    await this.machine.must(['rm', '-r', FOLDER]);
  }
}

export class Fifo {
  /** Inside the machine. */
  readonly path: string;
  private readonly socket: Socket;
  private readonly pieces: Buffer[] = [];

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.socket = new Socket({ fd: descriptor, readable: true, writable: true });
    this.socket.on('data', (piece) => this.pieces.push(piece));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  get text(): string {
    return this.bytes.toString();
  }

  close(): void {
    this.socket.destroy();
  }
}

/** The process of an Exec. */
export function processAny(script: string): Message {
  const process = { cwd: '/', args: ['/bin/sh', '-c', script], env: ['PATH=/bin'], user: { uid: 0, gid: 0 } };
  return { type_url: PROCESS, value: Buffer.from(JSON.stringify(process)) };
}

function fail(command: Command): never {
  expect.fail(`serve has ended: ${command.stderr}`);
}
