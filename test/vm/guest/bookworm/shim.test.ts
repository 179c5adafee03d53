import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRootfs } from '../../../../conformance/shim/bundle.ts';
import { Events } from '../../../../conformance/shim/events.ts';
import { Shim } from '../../../../conformance/shim/shim.ts';
import { Options } from '../../../../src/proto/options.js';
import type { Spec } from '../../../../src/spec/types.ts';
import { useGuest } from '../harness/guest.ts';

useGuest(import.meta.filename);

const WORK = '/run/output/shim';
const MEMORY = 16 * 1024 * 1024;
let shim: Shim;
let events: Events;

beforeAll(async () => {
  mkdirSync(WORK, { recursive: true });
  events = await Events.listen(`${WORK}/events.sock`);
  const rootfs = makeRootfs(`${WORK}/rootfs`, '/run/tools/busybox');
  shim = Shim.start('/run/runtime/containerd-shim-hoist-v1', WORK, rootfs, events);
});

afterAll(async () => {
  await shim.shutdown().catch(() => {}); // it may go before it answers
  shim.close();
  rmSync(WORK, { recursive: true, force: true });
});

async function end(id: string): Promise<void> {
  await shim.kill(id, '', 9);
  await shim.wait(id, '');
  expect(await shim.delete(id, '')).toMatchObject({ code: 0 });
}

const group = (path: string) => (spec: Spec) => {
  if (spec.linux) spec.linux.cgroupsPath = path;
};

describe('the shim on cgroup v2', () => {
  it('tells the statistics of a task', async () => {
    expect(await shim.create('counted', 'sleep', group('/hoist-shim/counted'))).toMatchObject({ code: 0 });
    expect(await shim.start('counted', '')).toMatchObject({ code: 0 });
    const { code, response } = await shim.stats('counted');
    expect({ code, type: response?.stats?.typeUrl }).toEqual({ code: 0, type: 'io.containerd.cgroups.v2.Metrics' });
    expect(response?.stats?.value.length).toBeGreaterThan(50);
    expect(await shim.pause('counted')).toMatchObject({ code: 0 });
    expect((await shim.state('counted', '')).status).toBe(4);
    expect(await shim.resume('counted')).toMatchObject({ code: 0 });
    await end('counted');
    rmSync('/sys/fs/cgroup/hoist-shim', { recursive: true, force: true });
  });

  it('tells that a task was killed for memory, and then that it has ended', async () => {
    const hungry = (spec: Spec) => {
      group('/hoist-shim-hungry')(spec);
      if (spec.linux) spec.linux.resources = { ...spec.linux.resources, memory: { limit: MEMORY, swap: MEMORY } };
      if (spec.process) spec.process.args = ['/bin/sh', '-c', 'x=$(head -c 100000000 /dev/zero | tr "\\\\0" x)'];
    };
    expect(await shim.create('hungry', 'sleep', hungry)).toMatchObject({ code: 0 });
    await shim.start('hungry', '');
    expect((await shim.wait('hungry', '')).exitStatus).toBe(137);
    expect(await shim.delete('hungry', '')).toMatchObject({ code: 0 });
    await events.settled('hungry');
    const topics = events.topics('hungry');
    expect(topics.indexOf('/tasks/oom')).toBeGreaterThan(topics.indexOf('/tasks/start'));
    expect(topics.indexOf('/tasks/oom')).toBeLessThan(topics.indexOf('/tasks/exit'));
  });

  it('has systemd make the groups when it is asked to', async () => {
    const value = Options.encode({ systemdCgroup: true }).finish();
    const options = { typeUrl: 'containerd.runc.v1.Options', value };
    const place = group('system.slice:hoist:united');
    expect(await shim.create('united', 'sleep', place, options)).toMatchObject({ code: 0 });
    await shim.start('united', '');
    expect(existsSync('/sys/fs/cgroup/system.slice/hoist-united.scope')).toBe(true);
    expect(await shim.exec('united', 'more', 'true')).toMatchObject({ code: 0 });
    expect(await shim.start('united', 'more')).toMatchObject({ code: 0 });
    expect((await shim.wait('united', 'more')).exitStatus).toBe(0);
    await end('united');
    expect(existsSync('/sys/fs/cgroup/system.slice/hoist-united.scope')).toBe(false);
  });
});
