/** Fifty containers at once: create and start, asked of containerd itself, so that no fifty `ctr` are measured. */
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';
import { socketPath } from '../../conformance/containerd/rig/daemon.ts';
import { shims } from '../../conformance/containerd/rig/shims.ts';
import type { Bench } from './machine.ts';

const TASKS = '/containerd.services.tasks.v1.Tasks/';
const COUNT = 50;

interface Mount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** @returns milliseconds from the first request to the last answer, one for each round */
export async function timeParallel(bench: Bench, name: string, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await once(bench, name, round));
  return times;
}

async function once(bench: Bench, name: string, round: number): Promise<number> {
  const { rig } = bench;
  const flags = shims[name]?.flags ?? [];
  const ids = Array.from({ length: COUNT }, (_, index) => `many-${name}-${round}-${index}`);
  const mounts = new Map<string, Mount>();
  for (const id of ids) {
    const create = rig.runArguments(flags, id, ['sleep', '100000']).slice(1);
    await rig.mustCtr(['container', 'create', ...create]);
    mounts.set(id, parseMount(await rig.mustCtr(['snapshots', 'mounts', '/nowhere', id])));
  }
  const client = new Client(`unix:${rig.machine.path(socketPath)}`, credentials.createInsecure());
  const begin = performance.now();
  await Promise.all(
    ids.map(async (id) => {
      await call(client, 'Create', createRequest(id, mounts.get(id)));
      await call(client, 'Start', protobuf.Writer.create().uint32(10).string(id).finish());
    }),
  );
  const took = performance.now() - begin;
  for (const id of ids) await call(client, 'Kill', killRequest(id));
  for (const id of ids) {
    await call(client, 'Wait', protobuf.Writer.create().uint32(10).string(id).finish());
    await call(client, 'Delete', protobuf.Writer.create().uint32(10).string(id).finish());
  }
  client.close();
  for (const id of ids) await rig.mustCtr(['container', 'rm', id]);
  return took;
}

/** `mount -t overlay overlay /nowhere -o a,b=c` */
function parseMount(line: string): Mount {
  const words = line.trim().split(/\s+/);
  const after = (flag: string) => words[words.indexOf(flag) + 1] ?? '';
  return { type: after('-t'), source: words[words.indexOf('-t') + 2] ?? '', options: after('-o').split(',') };
}

/** container_id 1, rootfs 3: type 1, source 2, options 4. Streams: none. */
function createRequest(id: string, mount: Mount | undefined): Uint8Array {
  if (mount === undefined) throw new Error(`${id} has no mounts`);
  const inner = protobuf.Writer.create().uint32(10).string(mount.type).uint32(18).string(mount.source);
  for (const option of mount.options) inner.uint32(34).string(option);
  return protobuf.Writer.create().uint32(10).string(id).uint32(26).bytes(inner.finish()).finish();
}

/** container_id 1, signal 3. */
function killRequest(id: string): Uint8Array {
  return protobuf.Writer.create().uint32(10).string(id).uint32(24).uint32(9).finish();
}

function call(client: Client, method: string, request: Uint8Array): Promise<Buffer> {
  const metadata = new Metadata();
  metadata.set('containerd-namespace', 'e2e');
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      `${TASKS}${method}`,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => bytes,
      request,
      metadata,
      { deadline: Date.now() + 60_000 },
      (error, answer) => (error ? reject(error) : resolve(answer ?? Buffer.alloc(0))),
    );
  });
}
