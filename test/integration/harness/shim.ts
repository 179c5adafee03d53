/** The shim as containerd executes it, in a machine, and calls it. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ConnectRequest, ConnectResponse, ShutdownRequest } from '../../../src/proto/task.js';
import { Client } from '../../../src/ttrpc/client.ts';
import type { Command, Machine } from './machine.ts';

export const SHIM = '/run/runtime/containerd-shim-hoist-v1';
export const NAMESPACE = 'tests';
export const CONTAINERD = '/run/containerd.sock';
const SERVICE = 'containerd.task.v2.Task';

export interface Output {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CallOptions {
  /** On standard input; nothing by default. */
  readonly input?: Uint8Array;
  readonly env?: Record<string, string>;
  /** Flags before those that containerd always gives. */
  readonly flags?: readonly string[];
  /** Shell words in front of the program, for example `ulimit -n 100;`. */
  readonly before?: string;
}

/** One bundle, with what containerd puts into it. */
export class ShimBundle {
  readonly id: string;
  /** Inside the machine. */
  readonly path: string;
  private readonly machine: Machine;
  private log = -1;
  private calls = 0;

  /** @param config the text of config.json; undefined: there is none */
  constructor(machine: Machine, id: string, config: string | undefined, path = `/run/bundles/${id}`) {
    this.machine = machine;
    this.id = id;
    this.path = path;
    mkdirSync(machine.path(path), { recursive: true });
    if (config !== undefined) writeFileSync(this.outside('config.json'), config);
    execFileSync('mkfifo', ['-m', '0700', this.outside('log')]);
  }

  /** A file of the bundle as seen from here. */
  outside(name: string): string {
    return join(this.machine.path(this.path), name);
  }

  /** containerd holds both ends of the log. */
  openLog(): void {
    this.log = openSync(this.outside('log'), constants.O_RDWR | constants.O_NONBLOCK);
  }

  /** What the shim has logged since the last time. */
  readLog(): string {
    const buffer = Buffer.alloc(64 * 1024);
    return buffer.toString('utf8', 0, readSync(this.log, buffer));
  }

  remove(): void {
    if (this.log >= 0) closeSync(this.log);
    rmSync(this.outside(''), { recursive: true, force: true });
  }

  /** Starts the shim's program with a verb, in the bundle. */
  spawn(verb: string, { input, env = {}, flags = [], before = '' }: CallOptions = {}): Called {
    const name = `/run/output/${this.id}.${++this.calls}`;
    writeFileSync(this.machine.path(`${name}.in`), input ?? '');
    const bundle = verb === 'delete' ? ['-bundle', this.path] : [];
    const usual = ['-namespace', NAMESPACE, '-address', CONTAINERD, '-publish-binary', '/bin/containerd'];
    const argv = [SHIM, ...flags, ...usual, '-id', this.id, ...bundle, ...(verb === '' ? [] : [verb])];
    const script = `${before} exec "$@" <${name}.in >${name}.stdout`;
    const command = this.machine.spawn(['sh', '-c', script, '-', ...argv], {
      cwd: this.path,
      env: { TTRPC_ADDRESS: `${CONTAINERD}.ttrpc`, ...env },
    });
    command.child.stdin?.end();
    return { command, output: async () => ({ ...(await result(command)), stdout: this.bytes(`${name}.stdout`) }) };
  }

  private bytes(path: string): Buffer {
    return readFileSync(this.machine.path(path));
  }

  /** Runs it to its end; the daemon that `start` leaves behind goes on. */
  async call(verb: string, options?: CallOptions): Promise<Output> {
    return await this.spawn(verb, options).output();
  }
}

export interface Called {
  readonly command: Command;
  output(): Promise<Output>;
}

async function result(command: Command): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await command.result();
  return { code, stderr };
}

/** A client of the shim at an address as `start` has printed it. */
export class ShimClient {
  private readonly client: Client;

  constructor(machine: Machine, address: string) {
    this.client = new Client((onData) => {
      const socket = connect(machine.path(address.replace('unix://', '')));
      socket.on('data', (data) => onData(data));
      socket.on('close', () => onData(undefined));
      socket.on('error', () => undefined);
      return { write: (data) => void socket.write(data), close: () => socket.destroy() };
    });
  }

  /** Calls a method of the Task service; the bytes of its answer. */
  async call(method: string, request: Uint8Array): Promise<Uint8Array> {
    return await this.client.call(SERVICE, method, request, { timeoutMs: 20_000 });
  }

  /** The shim's process, by its pid in the machine. */
  async pid(): Promise<number> {
    const answer = await this.call('Connect', ConnectRequest.encode({ id: 'nobody' }).finish());
    return ConnectResponse.decode(answer).shimPid;
  }

  /** Ends the shim, unless it has tasks. */
  async shutdown(): Promise<void> {
    await this.call('Shutdown', ShutdownRequest.encode({ id: 'nobody' }).finish());
    this.close();
  }

  close(): void {
    this.client.close();
  }
}
