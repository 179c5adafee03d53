/** `delete`: what is left of a task when its shim is gone, or was never there. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Options } from '../../src/proto/options.js';
import { CreateTaskRequest, CreateTaskResponse, DeleteResponse, StartRequest } from '../../src/proto/task.js';
import type { Patch } from './harness/bundle.ts';
import { useScene } from './harness/scene.ts';
import { NAMESPACE, type Output, ShimBundle, ShimClient } from './harness/shim.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const { machine } = scene;
const ID = 'task';
const SOCKETS = '/run/containerd/s';
const ROOT = '/run/containerd/hoist';

beforeEach(() => {
  mkdirSync(machine.path(SOCKETS), { recursive: true });
  scene.later(async () => machine.must(['rm', '-r', '/run/containerd']));
});

interface Victim {
  readonly bundle: ShimBundle;
  /** Of the first process, in the machine. */
  readonly pid: number;
  /** Ends the shim, without a word. */
  kill(): Promise<void>;
}

/** A task that runs, with a bind mount as its root. */
async function task(patch: Patch, options: Options.$Properties = {}): Promise<Victim> {
  const source = scene.as('root').bundle(patch);
  const bundle = new ShimBundle(machine, ID, readFileSync(join(source.outside.path, 'config.json'), 'utf8'));
  scene.later(async () => bundle.remove());
  const { stdout } = await bundle.call('start');
  const client = new ShimClient(machine, stdout.toString());
  const shim = await client.pid();
  const kill = async () => {
    await machine.run(['kill', '-9', String(shim)]);
    client.close();
  };
  // Whatever became of the test.
  scene.later(() => bundle.call('delete'));
  scene.later(kill);
  const rootfs = [{ type: 'bind', source: source.rootfs, options: ['rbind'] }];
  const any = { typeUrl: 'containerd.runc.v1.Options', value: Options.encode(options).finish() };
  const create = CreateTaskRequest.encode({ id: ID, bundle: bundle.path, rootfs, options: any }).finish();
  const { pid } = CreateTaskResponse.decode(await client.call('Create', create));
  await client.call('Start', StartRequest.encode({ id: ID }).finish());
  return { bundle, pid, kill };
}

function response({ code, stdout, stderr }: Output) {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { pid, exitStatus, exitedAt } = DeleteResponse.decode(stdout);
  expect(Math.abs((exitedAt?.seconds ?? 0) - Date.now() / 1000)).toBeLessThan(30);
  return { pid, exitStatus };
}

const exists = (path: string) => lstatSync(machine.path(path), { throwIfNoEntry: false }) !== undefined;
const isMounted = (path: string) => machine.read('/proc/1/mountinfo').includes(` ${path} `);

/** Those of a word in their command line. */
async function processes(word: string): Promise<string[]> {
  const { stdout } = await machine.run(['ps', '-eo', 'stat=,args=']);
  return stdout.split('\n').filter((line) => line.includes(word) && !line.startsWith('Z'));
}

describe.runIf(isHoist)('delete', () => {
  it('removes a task whose shim was killed', async () => {
    const { bundle, pid, kill } = await task(({ process }) => {
      process.args = ['sleep', '1001'];
    });
    const state = `${ROOT}/${NAMESPACE}/${ID}`;
    expect([exists(state), isMounted(`${bundle.path}/rootfs`)]).toEqual([true, true]);
    await kill();
    expect(response(await bundle.call('delete'))).toEqual({ pid, exitStatus: 137 });
    expect([exists(state), isMounted(`${bundle.path}/rootfs`)]).toEqual([false, false]);
    expect(await processes('sleep 1001')).toEqual([]);
    expect(readdirSync(machine.path(SOCKETS))).toEqual([]);
  });

  it('may be called again, and again', async () => {
    const { bundle, kill } = await task(({ process }) => {
      process.args = ['sleep', '1002'];
    });
    await kill();
    response(await bundle.call('delete'));
    expect(response(await bundle.call('delete'))).toEqual({ pid: 0, exitStatus: 137 });
  });

  it('finds nothing where there was nothing', async () => {
    const bundle = new ShimBundle(machine, ID, undefined);
    scene.later(async () => bundle.remove());
    expect(response(await bundle.call('delete'))).toEqual({ pid: 0, exitStatus: 137 });
  });

  it('ends all processes of a task that has no pid namespace of its own', async () => {
    const { bundle, kill } = await task(({ process, linux }) => {
      linux.namespaces = linux.namespaces?.filter(({ type }) => type !== 'pid') ?? [];
      process.args = ['sh', '-c', 'sleep 1003 & sleep 1003 & exec sleep 1003'];
    });
    await until('three processes', async () => (await processes('sleep 1003')).length === 3 || undefined);
    await kill();
    response(await bundle.call('delete'));
    expect(await processes('sleep 1003')).toEqual([]);
  });

  it('ends what outlived the first process, too', async () => {
    const { bundle, pid, kill } = await task(({ process, linux }) => {
      linux.namespaces = linux.namespaces?.filter(({ type }) => type !== 'pid') ?? [];
      process.args = ['sh', '-c', 'sleep 1004 & exec sleep 1005'];
    });
    await kill();
    await machine.must(['kill', '-9', String(pid)]);
    expect(await processes('sleep 1004')).toHaveLength(1);
    expect(response(await bundle.call('delete'))).toEqual({ pid, exitStatus: 137 });
    expect(await processes('sleep 1004')).toEqual([]);
  });

  it('ends a task that is frozen', async () => {
    const { bundle, pid, kill } = await task(({ process }) => {
      process.args = ['sleep', '1006'];
    });
    writeFileSync(machine.path(`/sys/fs/cgroup/freezer/${ID}/freezer.state`), 'FROZEN');
    await kill();
    expect(response(await bundle.call('delete'))).toEqual({ pid, exitStatus: 137 });
    expect(await processes('sleep 1006')).toEqual([]);
  });

  it('looks where the options of the task have put its state', async () => {
    const { bundle, pid, kill } = await task(
      ({ process }) => {
        process.args = ['sleep', '1007'];
      },
      { root: '/run/containerd/elsewhere' },
    );
    expect(exists(`/run/containerd/elsewhere/${NAMESPACE}/${ID}`)).toBe(true);
    await kill();
    expect(response(await bundle.call('delete'))).toEqual({ pid, exitStatus: 137 });
    expect(exists(`/run/containerd/elsewhere/${NAMESPACE}/${ID}`)).toBe(false);
  });

  it('unmounts the rest when something cannot be removed, and says what', async () => {
    const { bundle, kill, pid } = await task(({ process }) => {
      process.args = ['sleep', '1008'];
    });
    await kill();
    await machine.must(['mount', '-t', 'tmpfs', 'tmpfs', `${bundle.path}/rootfs/tmp`]);
    const state = machine.path(`${ROOT}/${NAMESPACE}/${ID}/state.json`);
    const text = readFileSync(state);
    writeFileSync(state, 'nonsense');
    const { code, stdout, stderr } = await bundle.call('delete');
    expect({ code, status: DeleteResponse.decode(stdout).exitStatus }).toEqual({ code: 0, status: 137 });
    expect(stderr).toMatch(/level=warning msg="cannot remove the container: /);
    expect(machine.read('/proc/1/mountinfo')).not.toContain(bundle.path);
    writeFileSync(state, text);
    expect(response(await bundle.call('delete'))).toEqual({ pid, exitStatus: 137 });
  });

  it('leaves the shim of others alone', async () => {
    const { bundle, kill } = await task(({ process }) => {
      process.args = ['sleep', '1009'];
    });
    const other = new ShimBundle(machine, 'other', '{}');
    scene.later(async () => other.remove());
    // A task of the same shim, long deleted.
    writeFileSync(other.outside('address'), readFileSync(bundle.outside('address')));
    response(await other.call('delete'));
    expect(readdirSync(machine.path(SOCKETS))).toHaveLength(1);
    expect(await processes('sleep 1009')).toHaveLength(1);
    await kill();
    response(await bundle.call('delete'));
  });
});
