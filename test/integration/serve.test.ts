import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Message } from '../grpc/client.ts';
import { processAny, Served } from '../grpc/served.ts';
import { type Patch, USER } from './harness/bundle.ts';
import { useScene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
let served: Served;

beforeEach(async () => {
  served = new Served(scene.machine);
  await served.start();
});
afterEach(() => served.stop());

/** A container of this id that runs a script. */
async function running(id: string, script: string, io: Message = {}): Promise<number> {
  const client = served.client();
  const { pid } = await client.task('Create', { id, bundle: served.bundle(script).path, ...io });
  await client.task('Start', { id });
  return Number(pid);
}

/** An exec that runs. */
async function added(id: string, exec_id: string, script: string, io: Message = {}): Promise<number> {
  const client = served.client();
  await client.task('Exec', { id, exec_id, spec: processAny(script), ...io });
  return Number((await client.task('Start', { id, exec_id })).pid);
}

async function killed(id: string): Promise<void> {
  const client = served.client();
  await client.task('Kill', { id, signal: 9 }).catch(() => {});
  await client.task('Wait', { id });
  await client.task('Delete', { id });
}

it('ten containers live and die, and their events tell of it in order', async () => {
  const client = served.client();
  const events = await served.client().events();
  const ids = Array.from({ length: 10 }, (_, index) => `c${index}`);
  await Promise.all(
    ids.map(async (id, index) => {
      const script = `echo out ${index}; echo err >&2; read line; echo $line; exec sleep 1000`;
      const { path: bundle } = served.bundle(script);
      const stdin = `/run/engine/${id}.in`;
      await scene.machine.must(['mkfifo', stdin]);
      const [stdout, stderr, execOut] = [await served.fifo('out'), await served.fifo('err'), await served.fifo('exec')];
      const { pid } = await client.task('Create', { id, bundle, stdin, stdout: stdout.path, stderr: stderr.path });
      expect(await client.task('State', { id })).toMatchObject({ id, bundle, pid, status: 'CREATED' });
      expect(await client.task('Start', { id })).toEqual({ pid });
      await scene.machine.must(['sh', '-c', `echo line ${index} >${stdin}`]);
      await expect.poll(() => stdout.text).toBe(`out ${index}\nline ${index}\n`);
      expect(stderr.text).toBe('err\n');

      const spec = processAny('echo hello; exit 3');
      await client.task('Exec', { id, exec_id: 'e', stdout: execOut.path, spec });
      await client.task('Start', { id, exec_id: 'e' });
      expect(await client.task('Wait', { id, exec_id: 'e' })).toMatchObject({ exit_status: 3 });
      expect(await client.task('Delete', { id, exec_id: 'e' })).toMatchObject({ exit_status: 3 });
      expect(execOut.text).toBe('hello\n');

      const wait = client.task('Wait', { id });
      await client.task('Kill', { id, signal: 9 });
      expect(await wait).toMatchObject({ exit_status: 137 });
      expect(await client.task('State', { id })).toMatchObject({ status: 'STOPPED', exit_status: 137 });
      expect(await client.task('Delete', { id })).toMatchObject({ pid, exit_status: 137 });
      await expect(client.task('State', { id })).rejects.toMatchObject({
        code: 5,
        details: 'container not created: not found',
      });
    }),
  );
  const verbs = ['create', 'start', 'exec-added e', 'exec-started e', 'exit e', 'exit', 'delete'];
  const all = verbs.map((each) => `/tasks/${each}`);
  await expect.poll(() => ids.map((id) => events.of(id))).toEqual(ids.map(() => all));
});

it('containers of two namespaces may have the same id', async () => {
  const [one, other] = [served.client(), served.client('other')];
  const events = await one.events(['namespace==other']);
  for (const client of [one, other]) {
    const patch: Patch = ({ linux }) => {
      linux.cgroupsPath = client === one ? '/one' : '/other';
    };
    await client.task('Create', { id: 'c', bundle: served.bundle('exit 0', patch).path });
  }
  await one.task('Delete', { id: 'c' });
  expect(await other.task('State', { id: 'c' })).toMatchObject({ status: 'CREATED' });
  await other.task('Delete', { id: 'c' });
  await expect.poll(() => events.of('c')).toEqual(['/tasks/create', '/tasks/exit', '/tasks/delete']);
});

it('a successor of a killed server finds what runs, and says how it ends', async () => {
  const [out, execOut] = [await served.fifo('out'), await served.fifo('exec')];
  const io = { stdout: out.path };
  const pid = await running('c', 'echo one; until test -e go; do sleep 0.1; done; echo two; exit 7', io);
  const execPid = await added('c', 'e', 'echo a; until test -e on; do sleep 0.1; done; echo b; exit 3', {
    stdout: execOut.path,
  });
  await added('c', 'k', 'exec sleep 1000');
  await served.client().task('Exec', { id: 'c', exec_id: 'later', spec: processAny('exit 5') });
  await running('d', 'exec sleep 1000');
  await served.client().task('Create', { id: 'n', bundle: served.bundle('exit 6').path });
  await expect.poll(() => out.text + execOut.text).toBe('one\na\n');

  await served.signal('KILL');
  await served.start();
  const client = served.client();
  const events = await served.client().events();
  expect(await client.task('State', { id: 'c' })).toMatchObject({ status: 'RUNNING', pid, stdout: out.path });
  expect(await client.task('State', { id: 'c', exec_id: 'e' })).toMatchObject({ status: 'RUNNING', pid: execPid });
  expect(await client.task('State', { id: 'c', exec_id: 'later' })).toMatchObject({ status: 'CREATED', pid: 0 });
  expect(await client.task('State', { id: 'n' })).toMatchObject({ status: 'CREATED' });
  expect((await client.task('Pids', { id: 'c' })).processes).toHaveLength(5);

  await client.task('Start', { id: 'c', exec_id: 'later' });
  expect(await client.task('Wait', { id: 'c', exec_id: 'later' })).toMatchObject({ exit_status: 5 });
  await client.task('Kill', { id: 'c', exec_id: 'k', signal: 9 });
  expect(await client.task('Wait', { id: 'c', exec_id: 'k' })).toMatchObject({ exit_status: 137 });
  await added('c', 'on', 'touch on');
  expect(await client.task('Wait', { id: 'c', exec_id: 'e' })).toMatchObject({ exit_status: 3 });
  await added('c', 'go', 'touch go');
  expect(await client.task('Wait', { id: 'c' })).toMatchObject({ exit_status: 7, exited_at: { seconds: recently() } });
  expect(await client.task('Delete', { id: 'c' })).toMatchObject({ exit_status: 7, pid });
  expect(out.text + execOut.text).toBe('one\ntwo\na\nb\n');
  await client.task('Start', { id: 'n' });
  expect(await client.task('Wait', { id: 'n' })).toMatchObject({ exit_status: 6 });
  await killed('n');
  await client.task('Kill', { id: 'd', signal: 15 });
  await client.task('Kill', { id: 'd', signal: 9 });
  expect(await client.task('Wait', { id: 'd' })).toMatchObject({ exit_status: 137 });
  await killed('d');
  await expect.poll(() => events.of('d')).toEqual(['/tasks/exit', '/tasks/delete']);
  const ofC = ['exec-started later', 'exit later', 'exit k', 'exec-added on', 'exec-started on'].map(
    (each) => `/tasks/${each}`,
  );
  expect(events.of('c').slice(0, 5)).toEqual(ofC);
  expect(events.of('c').slice(-2)).toEqual(['/tasks/exit', '/tasks/delete']);
});

it('what is written while there is no server is not lost, and ends nobody', async () => {
  const out = await served.fifo('out');
  const written =
    'i=0; until test -e go; do sleep 0.1; done; while test $i -lt 30000; do echo line $i; i=$((i+1)); done; sleep 1000';
  const pid = await running('c', written, { stdout: out.path });
  await served.signal('KILL');
  // More than a pipe holds: it waits for its reader.
  writeFileSync(scene.machine.path(`/proc/${pid}/root/go`), '');
  const blocked = () => (/pipe_write/.test(scene.machine.read(`/proc/${pid}/wchan`)) ? true : undefined);
  await until('the writer to wait', blocked);
  expect(out.text.length).toBeLessThan(300_000);
  await served.start();
  const all = Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`).join('');
  await expect.poll(() => out.text.length, { timeout: 20_000 }).toBe(all.length);
  expect(out.text).toBe(all);
  await killed('c');
});

function recently() {
  const now = Date.now() / 1000;
  return expect.toSatisfy((seconds: string) => Math.abs(Number(seconds) - now) < 60);
}

/** Go's zero time: never. */
const NEVER = { exited_at: { seconds: '-62135596800', nanos: 0 } };

it('of what ended while there was no server nobody knows how, and that is said', async () => {
  await running('c', 'until test -e /go; do sleep 0.1; done; exit 7');
  await added('c', 'e', 'until test -e /on; do sleep 0.1; done; exit 3');
  const pid = await running('k', 'sleep 1000');
  const root = scene.machine.path(`/proc/${(await served.client().task('State', { id: 'c' })).pid}/root`);
  await served.signal('KILL');
  writeFileSync(`${root}/on`, '');
  await pause(300);
  await scene.machine.must(['kill', '-9', String(pid)]);
  writeFileSync(`${root}/go`, '');
  await until('the ends', () => (readdirSync(scene.machine.path('/proc')).includes(String(pid)) ? undefined : true));
  await pause(300);
  await served.start();
  const client = served.client();
  for (const one of [{ id: 'k' }, { id: 'c' }, { id: 'c', exec_id: 'e' }]) {
    expect(await client.task('State', one)).toMatchObject({ status: 'STOPPED', exit_status: 255, ...NEVER });
    expect(await client.task('Wait', one)).toMatchObject({ exit_status: 255, ...NEVER });
  }
  expect(served.log).toMatch(/level=warning msg="process \d+ of k ended while there was no server: nobody knows how/);
  // A successor knows what this one has said.
  await served.signal('KILL');
  await served.start();
  expect(await served.client().task('Delete', { id: 'c', exec_id: 'e' })).toMatchObject({ exit_status: 255 });
  for (const id of ['k', 'c']) expect(await served.client().task('Delete', { id })).toMatchObject({ exit_status: 255 });
});

it('an end is told at once, also when nobody reaps the process', async () => {
  // Whoever becomes its parent after the first server never does.
  await served.signal('TERM');
  await served.start(['/run/tools/machine', 'linger', '60']);
  const pid = await running('c', 'until test -e /go; do sleep 0.1; done; exit 7');
  await running('k', 'exec sleep 1000');
  await running('z', 'until test -e /go; do sleep 0.1; done; exit 0');
  const roots = await Promise.all(
    ['c', 'z'].map(async (id) => `/proc/${(await served.client().task('State', { id })).pid}/root`),
  );
  await served.signal('TERM');
  await served.start();
  const client = served.client();
  for (const root of roots) writeFileSync(scene.machine.path(`${root}/go`), '');
  expect(await client.task('Wait', { id: 'c' }, 5000)).toMatchObject({
    exit_status: 7,
    exited_at: { seconds: recently() },
  });
  expect(await client.task('Wait', { id: 'z' }, 5000)).toMatchObject({
    exit_status: 0,
    exited_at: { seconds: recently() },
  });
  await client.task('Kill', { id: 'k', signal: 9 });
  expect(await client.task('Wait', { id: 'k' }, 5000)).toMatchObject({ exit_status: 137 });
  const [, parent] = / Z (\d+) /.exec(scene.machine.read(`/proc/${pid}/stat`)) ?? [];
  for (const id of ['c', 'k', 'z']) await client.task('Delete', { id });
  await scene.machine.must(['kill', '-9', String(parent)]);
});

it('a known end is known to the next server', async () => {
  await running('c', 'exit 9');
  const before = await served.client().task('Wait', { id: 'c' });
  await served.signal('KILL');
  await served.start();
  expect(await served.client().task('Wait', { id: 'c' })).toEqual(before);
  expect(before).toMatchObject({ exit_status: 9 });
  await killed('c');
});

it('a Create that a killed server had begun is undone', async () => {
  const bundle = served.bundle('exit 0').path;
  await served.client().task('Create', { id: 'c', bundle });
  const { pid } = await served.client().task('State', { id: 'c' });
  const file = scene.machine.path(`${served.socket}.state/tasks/default/c.json`);
  const record = JSON.parse(readFileSync(file, 'utf8'));
  await served.signal('KILL');
  // As it was written before the container was made.
  writeFileSync(file, JSON.stringify({ ...record, created: false, pid: 0, start: '' }));
  await served.start();
  expect(served.log).toContain('task c was being created when the server ended: what there was of it has been removed');
  await expect(served.client().task('State', { id: 'c' })).rejects.toMatchObject({ code: 5 });
  expect(readdirSync(scene.machine.path('/proc'))).not.toContain(String(pid));
  // The client that got no answer may ask again.
  await served.client().task('Create', { id: 'c', bundle });
  await served.client().task('Delete', { id: 'c' });
});

it('a record that cannot be read stays, and is no obstacle', async () => {
  await running('c', 'exec sleep 1000');
  await served.signal('KILL');
  const folder = scene.machine.path(`${served.socket}.state/tasks/default`);
  writeFileSync(`${folder}/x.json`, '{');
  writeFileSync(`${folder}/y.json`, '{"version":1,"id":"c"}');
  await served.start();
  expect(served.log).toMatch(/level=error msg="the record of task x: .*"/);
  expect(served.log).toMatch(
    /level=error msg="the record of task y: .*\/y.json is not of this version, or of another task"/,
  );
  await killed('c');
  expect(readdirSync(folder).sort()).toEqual(['x.json', 'y.json']);
});

it('what a container has put in the place of its output is not opened', async () => {
  const [out, err] = [await served.fifo('out'), await served.fifo('err')];
  const script = 'busybox mkfifo /trap; exec 3<>/trap 1>/trap; echo ready >&2; exec sleep 1000';
  const pid = await running('c', script, { stdout: out.path, stderr: err.path });
  await expect.poll(() => err.text).toBe('ready\n');
  const trap = readlinkSync(scene.machine.path(`/proc/${pid}/fd/1`));
  expect(trap).toMatch(/\/trap$/);
  await served.signal('KILL');
  await served.start();
  const server = await served.pid();
  const open = readdirSync(scene.machine.path(`/proc/${server}/fd`)).map((fd) => {
    try {
      return readlinkSync(scene.machine.path(`/proc/${server}/fd/${fd}`));
    } catch {
      return '';
    }
  });
  expect(open.filter((path) => path.endsWith('/trap'))).toEqual([]);
  // The other stream is still what it was.
  expect(open).toContain(readlinkSync(scene.machine.path(`/proc/${pid}/fd/2`)));
  await killed('c');
});

it('SIGTERM ends the server in good order', async () => {
  await running('c', 'exec sleep 1000');
  const wait = expect(served.client().task('Wait', { id: 'c' })).rejects.toMatchObject({ code: 14 });
  await served.client().task('State', { id: 'c' });
  await served.signal('TERM');
  await wait;
  expect(readdirSync(scene.machine.path('/run/engine'))).toEqual(['hoist.sock.state']);
  expect(served.log).toContain('the server has ended; its containers run on');
  await served.start();
  expect(await served.client().task('State', { id: 'c' })).toMatchObject({ status: 'RUNNING' });
  await killed('c');
});

it('Shutdown means something only with `now`, and when nothing is left', async () => {
  const client = served.client();
  await running('c', 'exec sleep 1000');
  await client.task('Shutdown', { id: 'c', now: true });
  await served.client('other').task('Shutdown', { now: true });
  expect(await client.task('State', { id: 'c' })).toMatchObject({ status: 'RUNNING' });
  await killed('c');
  await client.task('Shutdown', { id: 'c' });
  await client.task('Connect', {});
  await client.task('Shutdown', { now: true });
  await until('its end', () =>
    readdirSync(scene.machine.path('/run/engine')).includes('hoist.sock') ? undefined : true,
  );
  await served.start();
});

it('the socket is for its owner and root', async () => {
  const socket = scene.machine.path(served.socket);
  expect(statSync(socket).mode & 0o7777).toBe(0o600);
  // Opened to everybody, it still knows whom it speaks with.
  await scene.machine.must(['sh', '-c', `chmod 666 ${served.socket}; chmod 755 /run/engine`]);
  const connect = `import socket; s = socket.socket(socket.AF_UNIX); s.connect('${served.socket}'); print(s.recv(100))`;
  const { stdout } = await scene.machine.run(['python3', '-c', connect], { uid: USER });
  expect(stdout).toBe("b''\n");
  expect(served.log).toMatch(/a connection of user 4242 \(process \d+\) was refused/);
});

it('a second server is refused', async () => {
  const serve = (...args: string[]) => scene.machine.run(['/run/runtime/containerd-shim-hoist-v1', 'serve', ...args]);
  expect(await serve('--socket', served.socket)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `containerd-shim-hoist-v1: another server uses ${served.socket}.state\nend that server, or name another folder with --state\n`,
  });
  expect(await serve('--socket', served.socket, '--state', '/run/engine/other')).toMatchObject({
    code: 1,
    stderr: `containerd-shim-hoist-v1: somebody serves ${served.socket} already\nend that server, or name another path with --socket\n`,
  });
  await scene.machine.must(['sh', '-c', 'echo precious >/run/engine/file; mkdir -m 777 /run/engine/open']);
  expect(await serve('--socket', '/run/engine/file')).toMatchObject({
    code: 1,
    stderr: 'containerd-shim-hoist-v1: there is a file at /run/engine/file\nname another path with --socket\n',
  });
  expect(scene.machine.read('/run/engine/file')).toBe('precious\n');
  const { code, stderr } = await serve('--socket', '/run/engine/s', '--state', '/run/engine/open');
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/: others could write in \/run\/engine\/open\n/),
  });
});
