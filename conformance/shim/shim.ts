/** A shim as containerd sees it: started by its command line, driven over its socket, its events taken over another. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import * as task from '../../src/proto/task.js';
import type { Any } from '../../src/proto/types.js';
import type { Spec } from '../../src/spec/types.ts';
import { Client } from '../../src/ttrpc/client.ts';
import { StatusError } from '../../src/ttrpc/status.ts';
import { argsOf, makeTaskBundle, type Rootfs } from './bundle.ts';
import type { Events } from './events.ts';
import type { Program } from './model.ts';

const SERVICE = 'containerd.task.v2.Task';
const NAMESPACE = 'model';
const TIMEOUT_MS = 30_000;

interface Answer<Response> {
  /** google.rpc.Code; 0 when there is a response. */
  readonly code: number;
  readonly message: string;
  readonly response: Response | undefined;
}

interface Codec<Request, Response> {
  readonly request: { encode(request: Request): { finish(): Uint8Array } };
  readonly response: { decode(bytes: Uint8Array): Response };
}

const NOTHING = { decode: () => undefined };

export class Shim {
  private readonly folder: string;
  private readonly rootfs: Rootfs;
  private readonly client: Client;

  /** @param program the shim @param folder for bundles @param events where it sends what happens */
  static start(program: string, folder: string, rootfs: Rootfs, events: Events): Shim {
    const bundle = makeTaskBundle(folder, 'shim', 'true', rootfs);
    const flags = [
      '-namespace',
      NAMESPACE,
      '-address',
      events.path,
      '-publish-binary',
      '/bin/false',
      '-id',
      'shim',
      'start',
    ];
    const env = { PATH: process.env.PATH, TTRPC_ADDRESS: events.path, HOIST_SHIM_GROUPING: 'namespace' };
    const started = spawnSync(program, flags, { cwd: bundle, env, encoding: 'utf8', input: '' });
    if (started.status !== 0 || started.stderr !== '') throw new Error(`start: ${started.status} ${started.stderr}`);
    return new Shim(started.stdout.trim().replace('unix://', ''), folder, rootfs);
  }

  private constructor(path: string, folder: string, rootfs: Rootfs) {
    this.folder = folder;
    this.rootfs = rootfs;
    this.client = new Client((onData) => {
      const socket = connect(path);
      socket.on('data', (data) => onData(data));
      socket.on('close', () => onData(undefined));
      socket.on('error', () => {});
      return { write: (data) => void socket.write(data), close: () => socket.destroy() };
    });
  }

  async shimPid(): Promise<number> {
    const { response } = await this.connect('nobody');
    return response?.shimPid ?? 0;
  }

  /** @param change to the default configuration @param options for the runtime */
  create(id: string, program: Program, change?: (spec: Spec) => void, options?: Any.$Properties) {
    rmSync(join(this.folder, id), { recursive: true, force: true });
    const bundle = makeTaskBundle(this.folder, id, program, this.rootfs, change);
    const request = { id, bundle, options: options ?? null };
    return this.call('Create', { request: task.CreateTaskRequest, response: task.CreateTaskResponse }, request);
  }

  stats(id: string) {
    return this.call('Stats', { request: task.StatsRequest, response: task.StatsResponse }, { id });
  }

  start(id: string, execId: string) {
    return this.call('Start', { request: task.StartRequest, response: task.StartResponse }, { id, execId });
  }

  exec(id: string, execId: string, program: Program) {
    const value = new TextEncoder().encode(
      JSON.stringify({ args: argsOf(program), cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } }),
    );
    const spec = { typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/Process', value };
    return this.call('Exec', { request: task.ExecProcessRequest, response: NOTHING }, { id, execId, spec });
  }

  kill(id: string, execId: string, signal: number) {
    return this.call('Kill', { request: task.KillRequest, response: NOTHING }, { id, execId, signal });
  }

  delete(id: string, execId: string) {
    return this.call('Delete', { request: task.DeleteRequest, response: task.DeleteResponse }, { id, execId });
  }

  pause(id: string) {
    return this.call('Pause', { request: task.PauseRequest, response: NOTHING }, { id });
  }

  resume(id: string) {
    return this.call('Resume', { request: task.ResumeRequest, response: NOTHING }, { id });
  }

  update(id: string) {
    const value = new TextEncoder().encode('{"pids":{"limit":100}}');
    const resources = { typeUrl: 'types.containerd.io/opencontainers/runtime-spec/1/LinuxResources', value };
    return this.call('Update', { request: task.UpdateTaskRequest, response: NOTHING }, { id, resources });
  }

  pids(id: string) {
    return this.call('Pids', { request: task.PidsRequest, response: task.PidsResponse }, { id });
  }

  resize(id: string, execId: string) {
    return this.call(
      'ResizePty',
      { request: task.ResizePtyRequest, response: NOTHING },
      { id, execId, width: 80, height: 24 },
    );
  }

  closeIO(id: string, execId: string) {
    return this.call('CloseIO', { request: task.CloseIORequest, response: NOTHING }, { id, execId, stdin: true });
  }

  connect(id: string) {
    return this.call('Connect', { request: task.ConnectRequest, response: task.ConnectResponse }, { id });
  }

  shutdown() {
    return this.call('Shutdown', { request: task.ShutdownRequest, response: NOTHING }, { id: 'shim' });
  }

  async state(id: string, execId: string) {
    return must(await this.call('State', { request: task.StateRequest, response: task.StateResponse }, { id, execId }));
  }

  async wait(id: string, execId: string) {
    return must(await this.call('Wait', { request: task.WaitRequest, response: task.WaitResponse }, { id, execId }));
  }

  /** What the process holds: descriptors, threads, and memory of its own in KiB. */
  holds(pid: number): { descriptors: number; threads: number; memory: number } {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const memory = Number(/^Anonymous:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    return {
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      threads: readdirSync(`/proc/${pid}/task`).length,
      memory,
    };
  }

  close(): void {
    this.client.close();
  }

  private async call<Request, Response>(
    method: string,
    codec: Codec<Request, Response>,
    request: Request,
  ): Promise<Answer<Response>> {
    try {
      const bytes = await this.client.call(SERVICE, method, codec.request.encode(request).finish(), {
        timeoutMs: TIMEOUT_MS,
      });
      return { code: 0, message: '', response: codec.response.decode(bytes) };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { code: error.code, message: error.message, response: undefined };
    }
  }
}

function must<Response>({ code, message, response }: Answer<Response>): Response {
  if (response === undefined) throw new Error(`code ${code}: ${message}`);
  return response;
}
