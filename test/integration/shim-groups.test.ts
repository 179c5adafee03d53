/** Which containers share a shim, and what becomes of starts that come all at once. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RuntimeOptions } from '../../src/proto/options.js';
import { Any } from '../../src/proto/types.js';
import { useScene } from './harness/scene.ts';
import { type CallOptions, SHIM, ShimBundle, ShimClient } from './harness/shim.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const { machine } = scene;
const FOLDER = '/run/containerd/s';
const MANY = 20;

beforeAll(() => {
  mkdirSync(machine.path(FOLDER), { recursive: true, mode: 0o700 });
});

beforeEach(() => {
  // What is done last. They would wait some seconds for the tasks that were announced.
  scene.later(async () => {
    for (const pid of shims()) await machine.run(['kill', '-9', pid]);
    await machine.must(['sh', '-c', `rm -f ${FOLDER}/*`]);
  });
});

function bundle(id: string, annotations: Record<string, string> = {}): ShimBundle {
  const made = new ShimBundle(machine, id, JSON.stringify({ annotations }));
  scene.later(async () => made.remove());
  return made;
}

async function start(one: ShimBundle, options: CallOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await one.call('start', options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const address = stdout.toString();
  expect(readFileSync(one.outside('address'), 'utf8')).toBe(address);
  return address;
}

async function pidOf(address: string): Promise<number> {
  const client = new ShimClient(machine, address);
  const pid = await client.pid();
  client.close();
  return pid;
}

function shims(): string[] {
  const pids = readdirSync(machine.path('/proc')).filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return readFileSync(machine.path(`/proc/${pid}/cmdline`), 'utf8').startsWith(SHIM);
    } catch {
      return false;
    }
  });
}

/** A start that finds a shim tells of it, and ends a moment later. */
async function expectShims(count: number): Promise<void> {
  await until(`${count} shims to be there`, () => shims().length === count || undefined);
}

const pod = { 'io.kubernetes.cri.sandbox-id': 'pod' };
const pathOf = (address: string) => address.replace('unix://', '');

function toml(text: string): Uint8Array {
  const value = RuntimeOptions.encode({ configBody: new TextEncoder().encode(text) }).finish();
  return Any.encode({ typeUrl: 'runtimeoptions.v1.Options', value }).finish();
}

describe.runIf(isHoist)('a shim', () => {
  it('is the container’s own, without a pod', async () => {
    expect(await start(bundle('one'))).not.toBe(await start(bundle('two')));
    await expectShims(2);
  });

  it('is that of the pod, in a pod', async () => {
    const address = await start(bundle('pod', pod));
    expect(await start(bundle('one', pod))).toBe(address);
    expect(await start(bundle('two', { 'io.containerd.runc.v2.group': 'pod' }))).toBe(address);
    expect(await start(bundle('three', { ...pod, 'io.containerd.runc.v2.group': 'other' }))).not.toBe(address);
    await expectShims(2);
  });

  it.each<[string, CallOptions]>([
    ['the environment of containerd', { env: { HOIST_SHIM_GROUPING: 'namespace' } }],
    ["the runtime's options", { input: toml('Grouping = "namespace"') }],
  ])('is that of the namespace, when %s asks for it', async (_, options) => {
    const address = await start(bundle('one'), options);
    expect(await start(bundle('two'), options)).toBe(address);
    expect(await start(bundle('three', pod), options)).toBe(address);
    expect(await start(bundle('four'), { ...options, flags: ['-debug'] })).toBe(address);
    await expectShims(1);
  });

  it('is the container’s own even in a pod, when the options ask for it', async () => {
    const options = { input: toml('Grouping = "container"') };
    expect(await start(bundle('one', pod), options)).not.toBe(await start(bundle('two', pod), options));
  });
});

describe.runIf(isHoist)('starts of one group', () => {
  const all = () => Array.from({ length: MANY }, (_, index) => bundle(`c${index}`, pod));

  async function startAll(bundles: readonly ShimBundle[]): Promise<Set<string>> {
    return new Set(await Promise.all(bundles.map((each) => start(each))));
  }

  it('that come all at once find one shim', async () => {
    const addresses = await startAll(all());
    expect(addresses.size).toBe(1);
    await expectShims(1);
    expect(readdirSync(machine.path(FOLDER))).toHaveLength(1);
  });

  it('replace a shim that was killed, by one', async () => {
    const bundles = all();
    const address = await start(bundles[0] as ShimBundle);
    const pid = await pidOf(address);
    await machine.must(['kill', '-9', String(pid)]);
    await until('the shim to be gone', () => shims().length === 0 || undefined);
    expect([...(await startAll(bundles))]).toEqual([address]);
    await expectShims(1);
    expect(await pidOf(address)).not.toBe(pid);
  });

  it('find one that stays until their tasks have come, whenever another one ends', async () => {
    const [first, ...others] = all() as [ShimBundle, ...ShimBundle[]];
    let address = await start(first);
    for (const each of others) {
      const client = new ShimClient(machine, address);
      const [next] = await Promise.all([start(each), client.shutdown().catch(() => undefined)]);
      client.close();
      // As containerd does when it has read the address.
      expect(await pidOf(next)).toBeGreaterThan(1);
      address = next;
    }
  });

  it('do not take something for a shim that does not answer', async () => {
    const one = bundle('one');
    const address = await start(one);
    const client = new ShimClient(machine, address);
    await client.shutdown();
    await until('the shim to be gone', () => shims().length === 0 || undefined);
    const listener = spawn('python3', ['-c', LISTENER, machine.path(pathOf(address))], { stdio: 'inherit' });
    scene.later(async () => machine.must(['rm', pathOf(address)]));
    scene.later(async () => listener.kill());
    await until('the listener', () => readdirSync(machine.path(FOLDER)).length === 1 || undefined);
    const { code, stdout, stderr } = await one.call('start');
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^io\.containerd\.hoist\.v1: the shim of this container's group does not answer \(/);
  });

  it('do not take a file for a socket', async () => {
    const one = bundle('one');
    const address = await start(one);
    const client = new ShimClient(machine, address);
    await client.shutdown();
    await until('the shim to be gone', () => shims().length === 0 || undefined);
    writeFileSync(machine.path(pathOf(address)), 'mine');
    expect(await start(one)).toBe(address);
  });
});

/** Takes connections and says nothing. */
const LISTENER = `
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
time.sleep(60)
`;
