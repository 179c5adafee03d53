import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Cgroup, type CgroupRequest, existingCgroup, openCgroup } from '../../../src/cgroup/cgroup.ts';
import { oomKills } from '../../../src/cgroup/oom-kills.ts';
import { native } from '../../../src/host/native.ts';
import type { Resources } from '../../../src/spec/types.ts';
import {
  elsewhereAsNobody,
  ended,
  endProcesses,
  leftovers,
  readText,
  runInside,
  startProcess,
  uniqueName,
} from './machine.ts';

const CONTROLLERS = ['cpuset', 'devices', 'memory', 'cpu', 'cpuacct', 'pids', 'blkio', 'freezer', 'name=systemd', ''];
const opened: Cgroup[] = [];
let id = '';

function make(resources: Resources = {}, more: Partial<CgroupRequest> = {}): Cgroup {
  id = uniqueName();
  const cgroup = openCgroup(native, { id, resources, rootless: false, ...more });
  opened.push(cgroup);
  cgroup.create();
  return cgroup;
}

const file = (cgroup: Cgroup, controller: string, name: string) => readText(`${cgroup.paths[controller]}/${name}`);

function inside(cgroup: Cgroup, script: string): ReturnType<typeof runInside> {
  const doors = cgroup.doors();
  try {
    return runInside(doors, script);
  } finally {
    for (const door of doors) native.close(door);
  }
}

afterEach(async () => {
  for (const cgroup of opened) if (cgroup.exists() && cgroup.freezer() === 'frozen') cgroup.thaw();
  await endProcesses();
  for (const cgroup of opened.splice(0)) cgroup.destroy();
  expect(leftovers(id)).toEqual([]);
});

describe('a container in cgroup v1', () => {
  it('has a group in every hierarchy, and the unified one of a hybrid', () => {
    const cgroup = make();
    expect(Object.keys(cgroup.paths)).toEqual(expect.arrayContaining(CONTROLLERS));
    for (const path of Object.values(cgroup.paths)) expect(readText(`${path}/cgroup.procs`)).toBe('');
    expect(cgroup.exists()).toBe(true);
    cgroup.destroy();
    expect(cgroup.exists()).toBe(false);
  });

  it('is entered through its doors by a newborn process itself', () => {
    const cgroup = make();
    const { output, status } = inside(cgroup, 'cat /proc/self/cgroup');
    expect(status).toBe(0);
    const groups = Object.fromEntries(
      output
        .trim()
        .split('\n')
        .map((line) => line.split(':').slice(1)),
    );
    for (const name of CONTROLLERS.slice(0, -1)) expect(groups[name]).toMatch(new RegExp(`/${id}$`));
  });

  it('is joined by pid, everywhere', async () => {
    const cgroup = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    for (const path of Object.values(cgroup.paths)) expect(readText(`${path}/cgroup.procs`)).toBe(String(child.pid));
    expect(cgroup.pids()).toEqual([child.pid]);
  });

  it('can be found again from its paths', async () => {
    const cgroup = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    const again = existingCgroup(native, cgroup.paths, { rootless: false });
    expect([again.version, again.exists(), again.pids()]).toEqual([1, true, [child.pid]]);
    again.signalAll(9);
    expect(await ended(child)).toBe('SIGKILL');
    again.destroy();
    expect(again.exists()).toBe(false);
  });

  it('makes the groups above it too, cpusets filled', () => {
    const path = `/${uniqueName()}/above/below`;
    const cgroup = make({}, { cgroupsPath: path });
    const top = `/sys/fs/cgroup/cpuset/${path.split('/')[1]}`;
    for (const group of ['', '/above', '/above/below']) {
      expect(readText(`${top}${group}/cpuset.cpus`)).toBe(readText('/sys/fs/cgroup/cpuset/cpuset.cpus'));
      expect(readText(`${top}${group}/cpuset.mems`)).toBe(readText('/sys/fs/cgroup/cpuset/cpuset.mems'));
    }
    cgroup.destroy();
    for (const hierarchy of new Set(Object.values(cgroup.paths))) {
      for (const above of [hierarchy.replace('/below', ''), hierarchy.replace('/above/below', '')]) rmdirSync(above);
    }
  });
});

describe('limits in cgroup v1', () => {
  it('are written', () => {
    const resources: Resources = {
      memory: { limit: 67108864, swap: 134217728, reservation: 33554432, swappiness: 10, disableOOMKiller: true },
      cpu: { shares: 512, quota: 50000, period: 100000, burst: 1000, cpus: '0', mems: '0', idle: 0 },
      pids: { limit: 17 },
      blockIO: { throttleReadBpsDevice: [{ major: 254, minor: 0, rate: 1048576 }] },
    };
    const cgroup = make(resources);
    expect(cgroup.set(resources, 'fresh')).toEqual([]);
    const values = [
      ['memory', 'memory.limit_in_bytes', '67108864'],
      ['memory', 'memory.memsw.limit_in_bytes', '134217728'],
      ['memory', 'memory.soft_limit_in_bytes', '33554432'],
      ['memory', 'memory.swappiness', '10'],
      ['cpu', 'cpu.shares', '512'],
      ['cpu', 'cpu.cfs_quota_us', '50000'],
      ['cpu', 'cpu.cfs_burst_us', '1000'],
      ['cpuset', 'cpuset.cpus', '0'],
      ['pids', 'pids.max', '17'],
    ] as const;
    for (const [controller, name, value] of values)
      expect([name, file(cgroup, controller, name)]).toEqual([name, value]);
    expect(file(cgroup, 'memory', 'memory.oom_control')).toMatch(/^oom_kill_disable 1/);
  });

  it('hold: no more processes than allowed', () => {
    const cgroup = make();
    cgroup.set({ pids: { limit: 3 } }, 'fresh');
    const { output } = inside(cgroup, 'sleep 0.2 & sleep 0.2 & sleep 0.2 & sleep 0.2 & wait');
    expect(output).toMatch(/[Cc]annot fork|Resource temporarily unavailable/);
    expect(file(cgroup, 'pids', 'pids.events')).toMatch(/^max [1-9]/);
  });

  it('hold: the kernel ends what takes too much memory, and that is counted', () => {
    const cgroup = make();
    cgroup.set({ memory: { limit: 16777216, swap: 16777216 } }, 'fresh');
    expect(oomKills(native, cgroup.paths)).toBe(0);
    inside(cgroup, 'head -c 100000000 /dev/zero | tail > /dev/null; true');
    expect(oomKills(native, cgroup.paths)).toBeGreaterThan(0);
  });

  it('rise and fall with an update, memory and swap together', () => {
    const cgroup = make();
    const limits = () =>
      ['limit', 'memsw.limit'].map((name) => Number(file(cgroup, 'memory', `memory.${name}_in_bytes`)));
    cgroup.set({ memory: { limit: 33554432, swap: 33554432 } }, 'fresh');
    cgroup.set({ memory: { limit: 67108864, swap: 134217728 } }, 'update');
    expect(limits()).toEqual([67108864, 134217728]);
    cgroup.set({ memory: { limit: 16777216, swap: 20971520 } }, 'update');
    expect(limits()).toEqual([16777216, 20971520]);
    cgroup.set({ memory: { limit: -1 } }, 'update');
    expect(Math.min(...limits())).toBeGreaterThan(2 ** 62);
  });

  it('take period and quota in an order that the kernel accepts', () => {
    const cgroup = make();
    cgroup.set({ cpu: { period: 100000, quota: 100000 } }, 'fresh');
    mkdirSync(`${cgroup.paths.cpu}/child`);
    const child = existingCgroup(native, { cpu: `${cgroup.paths.cpu}/child` }, { rootless: false });
    child.set({ cpu: { period: 100000, quota: 100000 } }, 'update');
    child.set({ cpu: { period: 50000, quota: 50000 } }, 'update'); // 100000/50000 would be more than the parent has
    expect(readText(`${cgroup.paths.cpu}/child/cpu.cfs_period_us`)).toBe('50000');
  });

  it('that stand below the usage are told with the numbers', async () => {
    const cgroup = make();
    const child = await startProcess();
    cgroup.set({ memory: { limit: 67108864, swap: 67108864, disableOOMKiller: true } }, 'fresh');
    cgroup.join(child.pid);
    // Memory that cannot be reclaimed: a tmpfs file, made inside the group, without swap.
    const path = `/dev/shm/${id}`;
    inside(cgroup, `head -c 20000000 /dev/zero > ${path}`);
    try {
      expect(() => cgroup.set({ memory: { limit: 4194304 } }, 'update')).toThrow(
        /^unable to set memory limit to 4194304 \(current usage: \d+, peak usage: \d+\)$/,
      );
    } finally {
      native.unlink(path);
    }
  });

  it('of a controller that is not there are refused by name', () => {
    const cgroup = make();
    expect(() => cgroup.set({ network: { classID: 1 } }, 'fresh')).toThrow(
      'cannot set net_cls limit: container could not join or create cgroup',
    );
  });

  it('that the kernel refuses are told with what was written and where', () => {
    const cgroup = make();
    expect(() => cgroup.set({ cpu: { quota: 1 } }, 'fresh')).toThrow(
      `failed to write "1": write ${cgroup.paths.cpu}/cpu.cfs_quota_us: invalid argument`,
    );
  });
});

describe('devices in cgroup v1', () => {
  const open = 'for d in null zero full random urandom tty kmsg; do (: < /dev/$d) 2>/dev/null && echo $d; done; true';

  it('are the default ones when nothing is said, before anybody walks in', () => {
    const cgroup = make();
    const names = inside(cgroup, open).output.trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['null', 'zero', 'full', 'random', 'urandom']));
    expect(names).not.toContain('kmsg');
    expect(file(cgroup, 'devices', 'devices.list').split('\n')).toHaveLength(11);
  });

  it('follow the rules', () => {
    const cgroup = make();
    cgroup.set(
      {
        devices: [
          { allow: false, access: 'rwm' },
          { allow: true, type: 'c', major: 1, minor: 11, access: 'r' },
        ],
      },
      'fresh',
    );
    expect(inside(cgroup, ': < /dev/kmsg').status).toBe(0);
    expect(inside(cgroup, ': > /dev/kmsg').status).not.toBe(0);
  });

  it('are all of them for a privileged container', () => {
    const cgroup = make();
    cgroup.set({ devices: [{ allow: true, access: 'rwm' }] }, 'fresh');
    expect(file(cgroup, 'devices', 'devices.list')).toBe('a *:* rwm');
  });

  it('stay as they are in an update', () => {
    const cgroup = make();
    cgroup.set({}, 'fresh');
    const before = file(cgroup, 'devices', 'devices.list');
    cgroup.set({ devices: [{ allow: true, access: 'rwm' }], pids: { limit: 5 } }, 'update');
    expect(file(cgroup, 'devices', 'devices.list')).toBe(before);
  });
});

describe('freezing in cgroup v1', () => {
  it('stops every process and lets them go on', async () => {
    const cgroup = make();
    const child = await startProcess('(while :; do :; done) &');
    cgroup.join(child.pid);
    const spinner = Number(readText(`/proc/${child.pid}/task/${child.pid}/children`).split(' ')[0]);
    cgroup.join(spinner);
    const ticks = () => Number(readFileSync(`/proc/${spinner}/stat`, 'utf8').split(' ')[13]);
    expect(cgroup.freezer()).toBe('thawed');
    cgroup.freeze();
    expect(cgroup.freezer()).toBe('frozen');
    const before = ticks();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ticks()).toBe(before);
    cgroup.thaw();
    expect(cgroup.freezer()).toBe('thawed');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ticks()).toBeGreaterThan(before);
    cgroup.signalAll(9);
  });
});

describe('signals in cgroup v1', () => {
  it('reach groups below, frozen or not', async () => {
    const cgroup = make();
    const [first, second] = [await startProcess(), await startProcess()];
    cgroup.join(first.pid);
    mkdirSync(`${cgroup.paths.devices}/nested`);
    writeFileSync(`${cgroup.paths.devices}/nested/cgroup.procs`, String(second.pid));
    expect(cgroup.pids(false)).toEqual([first.pid]);
    expect(cgroup.pids().sort()).toEqual([first.pid, second.pid].sort());
    cgroup.freeze();
    cgroup.signalAll(9);
    expect([await ended(first), await ended(second)]).toEqual(['SIGKILL', 'SIGKILL']);
    expect(cgroup.freezer()).toBe('thawed');
  });

  it('may be others than SIGKILL', async () => {
    const cgroup = make();
    const child = await startProcess();
    cgroup.join(child.pid);
    cgroup.signalAll(15);
    expect(await ended(child)).toBe('SIGTERM');
  });
});

describe('a group that was there before', () => {
  it('is taken when nothing is in it', () => {
    const first = make();
    const second = openCgroup(native, { id, rootless: false });
    second.create();
    expect(second.paths).toEqual(first.paths);
  });

  it('is left alone when something is', async () => {
    const first = make();
    const child = await startProcess();
    first.join(child.pid);
    expect(() => openCgroup(native, { id, rootless: false }).create()).toThrow(
      "container's cgroup is not empty: 1 process(es) found",
    );
    expect(first.pids()).toEqual([child.pid]);
  });

  it('is refused when it is frozen', () => {
    const first = make();
    first.freeze();
    expect(() => openCgroup(native, { id, rootless: false }).create()).toThrow(
      "container's cgroup unexpectedly frozen",
    );
  });
});

describe('what goes wrong', () => {
  it('while making leaves nothing behind', () => {
    id = uniqueName();
    const cgroup = openCgroup(native, { id, resources: { cpu: { cpus: '4095' } }, rootless: false });
    expect(() => cgroup.create()).toThrow(/^unable to apply cgroup configuration: .*cpuset.cpus/);
    expect(leftovers(id)).toEqual([]);
  });

  it('is refused before anything is made when it cannot be right', () => {
    id = uniqueName();
    const open = () => openCgroup(native, { id, resources: { unified: { 'pids.max': '1' } }, rootless: false });
    expect(open).toThrow('invalid configuration: cannot use unified on cgroup v1');
  });

  it('while removing is told, and what can go goes', async () => {
    const cgroup = make();
    const child = await startProcess();
    writeFileSync(`${cgroup.paths.pids}/cgroup.procs`, String(child.pid));
    expect(() => cgroup.destroy()).toThrow(`Failed to remove paths: ${cgroup.paths.pids}`);
    expect(leftovers(id)).toEqual([cgroup.paths.pids]);
    expect(cgroup.exists()).toBe(false);
  });

  it('removes groups below, however deep', () => {
    const cgroup = make();
    for (const path of ['a', 'a/b', 'a/b/c', 'd']) mkdirSync(`${cgroup.paths.memory}/${path}`);
    cgroup.destroy();
    expect(leftovers(id)).toEqual([]);
  });
});

describe('a rootless user', () => {
  it('goes without groups when no limit was asked for', () => {
    id = uniqueName();
    expect(elsewhereAsNobody({ id, rootless: true, make: true })).toEqual({
      version: 1,
      paths: {},
      doors: 0,
      warnings: [],
    });
  });

  it('is told which limit cannot be', () => {
    id = uniqueName();
    const { error } = elsewhereAsNobody({ id, rootless: true, make: true, resources: { pids: { limit: 10 } } });
    expect(error).toBe('cannot set pids limit: container could not join or create cgroup');
  });

  it('is told that a path of its own cannot be', () => {
    id = uniqueName();
    const { error } = elsewhereAsNobody({ id, rootless: true, make: true, cgroupsPath: `/${id}` });
    expect(error).toMatch(/^unable to apply cgroup configuration: mkdir .*: permission denied$/);
  });

  it('is not excused when it is not rootless', () => {
    id = uniqueName();
    const { error } = elsewhereAsNobody({ id, rootless: false, make: true });
    expect(error).toMatch(/permission denied$/);
  });
});
