import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server as Listener, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RuntimeError } from '../../../../src/errors.ts';
import { TaskExit } from '../../../../src/proto/events.js';
import { StateRequest, StateResponse, WaitRequest } from '../../../../src/proto/task.js';
import { Broadcast } from '../../../../src/shim/grpc/broadcast.ts';
import { streamOf } from '../../../../src/shim/grpc/connection.ts';
import { type GrpcServer, openServer } from '../../../../src/shim/grpc/server.ts';
import type { Service } from '../../../../src/shim/rpc.ts';
import { GrpcClient } from '../../../grpc/client.ts';

let folder: string;
let socket: string;
let listener: Listener;
let broadcast: Broadcast;
let server: GrpcServer;
let clients: GrpcClient[];
/** How many calls of Wait have come, and whether one was answered. */
let waits: number;

/** A service that answers what shows what it was asked: what tasks are is not its business. */
function service(namespace: string): Service {
  return {
    State: (request, call) => {
      const { id, execId } = StateRequest.decode(request);
      return StateResponse.encode({
        id,
        execId,
        bundle: call.namespace,
        stdin: namespace,
        pid: 4_000_000_000,
      }).finish();
    },
    Delete: () => {
      throw new RuntimeError('NotFound', 'container not created');
    },
    Start: async () => {
      throw new RuntimeError('FailedPrecondition', `100% of "ü" \ud800\nand ${'x'.repeat(5000)}`);
    },
    Kill: () => {
      throw new TypeError('undefined is not a function');
    },
    Pause: async () => new Uint8Array(),
    Wait: (request) => {
      expect(WaitRequest.decode(request).id).toBe('c1');
      waits++;
      return new Promise(() => {});
    },
  };
}

function client(namespace?: string): GrpcClient {
  const made = new GrpcClient(socket, namespace);
  clients.push(made);
  return made;
}

/** As the ground does it: pieces in, `undefined` at the end. */
function attached(wire: Socket, onData: (data: Uint8Array | undefined) => void) {
  wire.on('data', onData);
  wire.on('close', () => onData(undefined));
  wire.on('error', () => {});
  return { write: (data: Uint8Array) => void wire.write(data), close: () => void wire.end() };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hoist-grpc-'));
  socket = join(folder, 's');
  clients = [];
  waits = 0;
  broadcast = new Broadcast();
  server = openServer(service, broadcast);
  listener = createServer((wire) => server.accept(streamOf((onData) => attached(wire, onData))));
  await new Promise<void>((resolve) => listener.listen(socket, resolve));
});

afterEach(async () => {
  for (const each of clients) each.close();
  await server.end();
  listener.close();
  rmSync(folder, { recursive: true });
});

it('a call reaches the service of its namespace', async () => {
  const answer = { id: 'c1', exec_id: 'e', pid: 4_000_000_000 };
  expect(await client().task('State', { id: 'c1', exec_id: 'e' })).toMatchObject({
    ...answer,
    bundle: 'default',
    stdin: 'default',
  });
  expect(await client('k8s.io').task('State', { id: 'c1', exec_id: 'e' })).toMatchObject({
    ...answer,
    bundle: 'k8s.io',
    stdin: 'k8s.io',
  });
  expect(await client().task('Pause', { id: 'c1' })).toEqual({});
});

it.each(['../x', '', 'a..b', '.a', 'a/b', 'x'.repeat(77)])('%j is no namespace', async (name) => {
  const wanted = {
    code: 3,
    details: `containerd-namespace ${JSON.stringify(name.slice(0, 76))} is no name of a namespace: invalid argument`,
  };
  await expect(client(name).task('State', {})).rejects.toMatchObject(wanted);
});

it('failures have their codes and words', async () => {
  const one = client();
  await expect(one.task('Delete')).rejects.toMatchObject({ code: 5, details: 'container not created: not found' });
  const details = expect.stringMatching(/^100% of "ü" \ufffd\nand x+…$/);
  await expect(one.task('Start')).rejects.toMatchObject({ code: 9, details });
  const bug = 'internal error: TypeError: undefined is not a function';
  await expect(one.task('Kill')).rejects.toMatchObject({ code: 2, details: bug });
  await expect(one.task('Resume')).rejects.toMatchObject({
    code: 12,
    details: 'containerd.task.v3.Task has no Resume here: not implemented',
  });
  const nobody = expect.stringMatching(
    /^the events of this server are those of its own tasks: nobody else can publish here/,
  );
  for (const method of ['Publish', 'Forward'])
    await expect(one.call('containerd.services.events.v1.Events', method, {})).rejects.toMatchObject({
      code: 12,
      details: nobody,
    });
});

it('a request may have 4 MiB, and not more', async () => {
  const one = client();
  expect(await one.task('State', { id: 'x'.repeat(4_194_200) })).toMatchObject({ bundle: 'default' });
  await expect(one.task('State', { id: 'x'.repeat(4_194_304) })).rejects.toMatchObject({ code: 8 });
});

it('calls run side by side, and one that waits ends with its deadline', async () => {
  const one = client();
  const wait = expect(one.task('Wait', { id: 'c1' }, 300)).rejects.toMatchObject({ code: 4 });
  expect(await one.task('State', { id: 'c1' })).toMatchObject({ id: 'c1' });
  expect(waits).toBe(1);
  await wait;
  const many = Array.from({ length: 500 }, (_, index) => one.task('State', { id: `c${index}` }));
  expect((await Promise.all(many)).map(({ id }) => id)).toEqual(many.map((_, index) => `c${index}`));
});

it('the end of the server ends what waits', async () => {
  const one = client();
  const details = 'the server is going down; its containers run on without it: unavailable';
  const wait = expect(one.task('Wait', { id: 'c1' })).rejects.toMatchObject({ code: 14, details });
  const events = await one.events();
  await server.end();
  await wait;
  expect(events.failed).toMatchObject({ code: 14, details });
});

function exit(containerId: string): Uint8Array {
  return TaskExit.encode({ containerId, id: containerId, exitStatus: 7 }).finish();
}

it('subscribers get what they asked for, in order', async () => {
  const all = await client().events();
  const some = await client().events(['namespace==other,event.container_id~=/[13]$/']);
  for (let index = 0; index < 5; index++) {
    broadcast.sink('default').publish('/tasks/exit', 'containerd.events.TaskExit', exit(`a${index}`));
    broadcast.sink('other').publish('/tasks/exit', 'containerd.events.TaskExit', exit(`b${index}`));
  }
  await expect.poll(() => all.all.length).toBe(10);
  const ids = (events: typeof all) => events.all.map(({ event }) => event.container_id);
  expect(ids(all)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'b4']);
  await expect.poll(() => ids(some)).toEqual(['b1', 'b3']);
  expect(all.all[1]).toMatchObject({ namespace: 'other', topic: '/tasks/exit', event: { exit_status: 7 } });
  all.close();
  await expect.poll(() => all.failed).toMatchObject({ code: 1 });
  broadcast.sink('other').publish('/tasks/exit', 'containerd.events.TaskExit', exit('c3'));
  await expect.poll(() => ids(some)).toEqual(['b1', 'b3', 'c3']);
  await expect(client().events(['pid==3'])).rejects.toMatchObject({
    code: 3,
    details: expect.stringMatching(/^filter "pid==3": /),
  });
});

it('a subscriber that does not read loses its stream, and holds nobody up', async () => {
  const fast = await client().events();
  const slow = await client().events();
  slow.stream.pause();
  const sink = broadcast.sink('default');
  const value = exit('x'.repeat(1000));
  for (let sent = 100; sent <= 10_000; sent += 100) {
    for (let each = 0; each < 100; each++) sink.publish('/tasks/exit', 'containerd.events.TaskExit', value);
    await expect.poll(() => fast.all.length, { interval: 1 }).toBe(sent);
  }
  slow.stream.resume();
  await expect
    .poll(() => slow.failed)
    .toMatchObject({ code: 8, details: 'the subscriber is more than 4096 events behind' });
  // What was on its way comes, and nothing after a gap.
  expect(slow.all.length).toBeLessThan(2000);
});
