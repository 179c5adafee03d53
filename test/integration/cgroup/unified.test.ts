import { mkdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Cgroup, type CgroupRequest, existingCgroup } from '../../../src/cgroup/cgroup.ts';
import { statsV2 } from '../../../src/cgroup/stats-v2.ts';
import { CgroupV2 } from '../../../src/cgroup/v2.ts';
import { native } from '../../../src/host/native.ts';
import type { Resources } from '../../../src/spec/types.ts';
import { ended, endProcesses, leftovers, readText, runIn, startProcess, uniqueName } from './machine.ts';

// The unified hierarchy of a hybrid host is a real cgroup v2 with few controllers: everything but most limits works in it.
const TOP = '/sys/fs/cgroup/unified';
const opened: Cgroup[] = [];
let id = '';

function prepare(resources: Resources = {}, more: Partial<CgroupRequest> = {}, below = ''): [Cgroup, string] {
  id = uniqueName();
  const directory = `${TOP}/${id}${below}`;
  const cgroup = new CgroupV2(native, { '': directory }, { id, resources, rootless: false, ...more });
  opened.push(cgroup);
  return [cgroup, directory];
}

function make(resources: Resources = {}, more: Partial<CgroupRequest> = {}): [Cgroup, string] {
  const [cgroup, directory] = prepare(resources, more);
  cgroup.create();
  return [cgroup, directory];
}

afterEach(async () => {
  for (const cgroup of opened) if (cgroup.exists() && cgroup.freezer() === 'frozen') cgroup.thaw();
  await endProcesses();
  for (const cgroup of opened.splice(0)) cgroup.destroy();
  if (leftovers(id).length > 0) existingCgroup(native, { '': `${TOP}/${id}` }, { rootless: false }).destroy();
  expect(leftovers(id)).toEqual([]);
});

describe('a container in cgroup v2', () => {
  it('has one group with every controller that the host has', () => {
    const [cgroup, directory] = make();
    expect([cgroup.version, cgroup.paths]).toEqual([2, { '': directory }]);
    expect(readText(`${directory}/cgroup.controllers`)).toBe(readText(`${TOP}/cgroup.controllers`));
    expect([cgroup.exists(), cgroup.doors()]).toEqual([true, []]);
  });

  it('has them deep down too', () => {
    const [cgroup, directory] = prepare({}, {}, '/above/below');
    cgroup.create();
    expect(readText(`${directory}/cgroup.controllers`)).toBe(readText(`${TOP}/cgroup.controllers`));
  });

  it('can be born in', () => {
    const [cgroup, directory] = make();
    const descriptor = cgroup.birthplace();
    expect(readlinkSync(`/proc/self/fd/${descriptor}`)).toBe(directory);
    native.close(descriptor);
  });

  it('can be joined, and found again from its paths', async () => {
    const [cgroup] = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    const again = existingCgroup(native, cgroup.paths, { rootless: false });
    expect([again.version, again.pids()]).toEqual([2, [child.pid]]);
  });

  it('can be given to the root of a user namespace', () => {
    const [, directory] = make({}, { owner: 100000 });
    const owner = (file: string) => statSync(`${directory}${file}`).uid;
    expect([owner(''), owner('/cgroup.procs'), owner('/cgroup.subtree_control'), owner('/cgroup.threads')]).toEqual([
      100000, 100000, 100000, 100000,
    ]);
    expect(owner('/cgroup.freeze')).toBe(0);
    expect(statSync(directory).gid).toBe(0);
  });
});

describe('statistics of cgroup v2', () => {
  it('are laid out as those of v1', async () => {
    const [cgroup, directory] = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    const { output } = runIn(cgroup, 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done');
    expect(output).toBe('done\n');
    const stats = statsV2(native, directory, false);
    expect(stats).toMatchObject({ pids: { current: 1 }, memory: {}, intel_rdt: {}, network_interfaces: null });
    // cpu.stat counts microseconds.
    const [, micro] = /usage_usec (\d+)/.exec(readText(`${directory}/cpu.stat`)) ?? [];
    expect(stats.cpu.usage?.total).toBeGreaterThan(1_000_000);
    expect(Number(stats.cpu.usage?.total)).toBeLessThanOrEqual(Number(micro) * 1000);
    // The controller is here unless somebody has it mounted as v1.
    const counted = readText(`${directory}/cgroup.controllers`).includes('hugetlb');
    expect(stats.hugetlb['2MB']).toEqual(counted ? { failcnt: 0 } : undefined);
  });

  it('of a group that is not there are an error, or nothing for a rootless container', () => {
    expect(() => statsV2(native, `${TOP}/nothing`, false)).toThrow('error while statting cgroup v2');
    expect(statsV2(native, undefined, true)).toMatchObject({ pids: {}, hugetlb: {} });
  });
});

describe('processes in cgroup v2', () => {
  it('freeze and thaw', async () => {
    const [cgroup, directory] = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    expect(cgroup.freezer()).toBe('thawed');
    cgroup.freeze();
    expect([cgroup.freezer(), readText(`${directory}/cgroup.events`)]).toEqual([
      'frozen',
      expect.stringContaining('frozen 1'),
    ]);
    cgroup.thaw();
    expect(cgroup.freezer()).toBe('thawed');
  });

  it('are killed together, below and frozen too', async () => {
    const [cgroup, directory] = make();
    const children = [await startProcess(), await startProcess()] as const;
    cgroup.join(children[0].pid);
    mkdirSync(`${directory}/nested`);
    writeFileSync(`${directory}/nested/cgroup.procs`, String(children[1].pid));
    expect(cgroup.pids().sort()).toEqual(children.map((child) => child.pid).sort());
    cgroup.freeze();
    cgroup.signalAll(9);
    expect([await ended(children[0]), await ended(children[1])]).toEqual(['SIGKILL', 'SIGKILL']);
  });

  it('get other signals too', async () => {
    const [cgroup] = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    cgroup.signalAll(15);
    expect(await ended(child)).toBe('SIGTERM');
  });

  it('of somebody else keep us out', async () => {
    const [cgroup] = make();
    cgroup.join((await startProcess()).pid);
    const second = new CgroupV2(native, { ...cgroup.paths }, { id, rootless: false });
    expect(() => second.create()).toThrow("container's cgroup is not empty: 1 process(es) found");
    expect(cgroup.exists()).toBe(true);
  });
});

describe('devices in cgroup v2', () => {
  const readable = (cgroup: Cgroup, device: string) => runIn(cgroup, `: < /dev/${device}`).status === 0;

  it('are really denied by the program, and allowed by it', () => {
    const [cgroup] = make();
    expect(readable(cgroup, 'kmsg')).toBe(true);
    cgroup.set({ devices: [{ allow: false, access: 'rwm' }] }, 'fresh');
    expect(['kmsg', 'null', 'zero', 'urandom'].map((device) => readable(cgroup, device))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it('follow the newest program alone', () => {
    const [cgroup] = make();
    cgroup.set({ devices: [{ allow: false, access: 'rwm' }] }, 'fresh');
    cgroup.set(
      {
        devices: [
          { allow: false, access: 'rwm' },
          { allow: true, type: 'c', major: 1, minor: 11, access: 'r' },
        ],
      },
      'fresh',
    );
    expect(readable(cgroup, 'kmsg')).toBe(true);
    expect(runIn(cgroup, ': > /dev/kmsg').status).not.toBe(0);
    cgroup.set({ devices: [{ allow: true, access: 'rwm' }] }, 'fresh');
    expect(runIn(cgroup, ': >> /dev/kmsg').status).toBe(0);
  });

  it('may be made everywhere, as in runc', () => {
    const [cgroup] = make();
    cgroup.set({}, 'fresh');
    const path = `/tmp/${id}.node`;
    expect(runIn(cgroup, `mknod ${path} b 8 0 && ! (: < ${path}) 2>/dev/null; rm ${path}`).status).toBe(0);
  });
});

describe('limits in cgroup v2', () => {
  it('of a controller that is not there are refused with the reason', () => {
    const [cgroup, directory] = make();
    expect(() => cgroup.set({ pids: { limit: 5 } }, 'fresh')).toThrow(
      expect.objectContaining({
        message: `open ${directory}/pids.max: no such file or directory`,
        detail: expect.objectContaining({ hint: expect.stringContaining('the controller pids is not enabled') }),
      }),
    );
  });

  it('of huge pages are written where v2 has that controller', () => {
    const [cgroup, directory] = make({ hugepageLimits: [{ pageSize: '2MB', limit: 4194304 }] });
    const set = () => cgroup.set({ hugepageLimits: [{ pageSize: '2MB', limit: 4194304 }] }, 'fresh');
    // Somebody may have mounted hugetlb as v1 at this moment: then v2 does not have it.
    if (!readText(`${directory}/cgroup.controllers`).includes('hugetlb')) {
      expect(set).toThrow('no such file or directory');
      return;
    }
    set();
    expect(['hugetlb.2MB.max', 'hugetlb.2MB.rsvd.max'].map((name) => readText(`${directory}/${name}`))).toEqual([
      '4194304',
      '4194304',
    ]);
  });

  it('may be named by their files', () => {
    const [cgroup, directory] = make();
    cgroup.set({ unified: { 'cgroup.max.descendants': '7' } }, 'fresh');
    expect(readText(`${directory}/cgroup.max.descendants`)).toBe('7');
  });

  it.each([
    ['nonsense', 'unified resource "nonsense" must be in the form CONTROLLER.PARAMETER'],
    ['io.max', 'unified resource "io.max" can\'t be set: controller "io" not available'],
    ['../x', 'unified resource "../x" must be a file name (no slashes)'],
    ['cgroup.nonsense', 'unable to set unified resource "cgroup.nonsense": open '],
  ])('named %s are refused', (name, text) => {
    const [cgroup] = make();
    expect(() => cgroup.set({ unified: { [name]: '1' } }, 'fresh')).toThrow(text);
  });
});

describe('a threaded part of the tree', () => {
  /** A group with a threaded child: what is made beside that child is "domain invalid". */
  function besideThreads(resources: Resources): [Cgroup, string] {
    const [cgroup, directory] = prepare(resources, {}, '/container');
    mkdirSync(`${TOP}/${id}`);
    mkdirSync(`${TOP}/${id}/threads`);
    writeFileSync(`${TOP}/${id}/threads/cgroup.type`, 'threaded');
    return [cgroup, directory];
  }

  it('takes a container without domain limits', () => {
    const [cgroup, directory] = besideThreads({});
    cgroup.create();
    expect(readText(`${directory}/cgroup.type`)).toBe('threaded');
    expect(cgroup.pids()).toEqual([]);
  });

  it('refuses one with a memory limit, and says why', () => {
    const [cgroup, directory] = besideThreads({ memory: { limit: 1000000 } });
    expect(() => cgroup.create()).toThrow(
      `cannot enter cgroupv2 "${directory}" with domain controllers -- it is in an invalid state`,
    );
    expect(cgroup.exists()).toBe(false);
  });
});
