import { describe, expect, it } from 'vitest';
import {
  cleanPath,
  containerPaths,
  type Hierarchies,
  parseMounts,
  parseOwnGroups,
} from '../../../src/cgroup/location.ts';

const HYBRID_GROUPS = `12:hugetlb:/
4:cpu,cpuacct:/user.slice
3:memory:/user.slice/a:b
2:devices:/user.slice
1:name=systemd:/user.slice/session-1.scope
0::/user.slice/session-1.scope
`;

const MOUNTINFO = `31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
32 31 0:29 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
33 31 0:30 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 master:1 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
36 31 0:33 / /mnt/with\\040space rw,relatime - cgroup cgroup rw,devices
37 31 0:32 / /second/memory rw,relatime - cgroup cgroup rw,memory
38 31 0:40 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw,lowerdir=memory
`;

describe('parseOwnGroups', () => {
  it('splits co-mounted controllers and keeps colons in paths', () => {
    expect(Object.fromEntries(parseOwnGroups(HYBRID_GROUPS))).toEqual({
      hugetlb: '/',
      cpu: '/user.slice',
      cpuacct: '/user.slice',
      memory: '/user.slice/a:b',
      devices: '/user.slice',
      'name=systemd': '/user.slice/session-1.scope',
      '': '/user.slice/session-1.scope',
    });
  });

  it('reads nothing from nothing', () => expect(parseOwnGroups('\nx\n').size).toBe(0));
});

describe('parseMounts', () => {
  const names = ['cpu', 'cpuacct', 'memory', 'devices', 'name=systemd', 'pids', ''];

  it('finds v1 mounts, the first of each controller, escapes undone', () => {
    expect(Object.fromEntries(parseMounts(MOUNTINFO, names))).toEqual({
      cpu: { point: '/sys/fs/cgroup/cpu,cpuacct', root: '/' },
      cpuacct: { point: '/sys/fs/cgroup/cpu,cpuacct', root: '/' },
      memory: { point: '/sys/fs/cgroup/memory', root: '/docker/abc' },
      devices: { point: '/mnt/with space', root: '/' },
      'name=systemd': { point: '/sys/fs/cgroup/systemd', root: '/' },
    });
  });

  it('takes what lies on top, and nothing that is covered', () => {
    const again = `${MOUNTINFO}39 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n`;
    expect(parseMounts(again, names).get('memory')).toEqual({ point: '/sys/fs/cgroup/memory', root: '/' });
    const usable = (point: string) => !point.startsWith('/sys/fs/cgroup/memory');
    expect(parseMounts(MOUNTINFO, names, '', usable).get('memory')).toEqual({ point: '/second/memory', root: '/' });
  });

  it('keeps to the tree that it is told', () => {
    expect([...parseMounts(MOUNTINFO, names, '/sys/fs/cgroup/').keys()]).not.toContain('devices');
    expect(parseMounts(MOUNTINFO, names, '/second/').get('memory')).toEqual({ point: '/second/memory', root: '/' });
  });
});

describe('cleanPath', () => {
  it.each([
    ['', ''],
    ['/', '/'],
    ['a//b/./c/', 'a/b/c'],
    ['../../x', 'x'],
    ['/../../x', '/x'],
    ['a/../../../b', 'b'],
    ['/a/b/../../../../etc', '/etc'],
    ['..', ''],
    ['/..', '/'],
  ])('%j becomes %j', (path, clean) => expect(cleanPath(path)).toBe(clean));
});

const V1: Hierarchies = {
  version: 1,
  mounts: new Map([
    ['', { point: '/sys/fs/cgroup/unified', root: '/' }],
    ['memory', { point: '/sys/fs/cgroup/memory', root: '/docker/abc' }],
    ['cpu', { point: '/sys/fs/cgroup/cpu,cpuacct', root: '/' }],
    ['cpuacct', { point: '/sys/fs/cgroup/cpu,cpuacct', root: '/' }],
    ['devices', { point: '/sys/fs/cgroup/devices', root: '/' }],
    ['name=systemd', { point: '/sys/fs/cgroup/systemd', root: '/' }],
  ]),
  own: new Map([
    ['', '/mine'],
    ['memory', '/docker/abc/mine'],
    ['cpu', '/mine'],
    ['cpuacct', '/mine'],
    ['devices', '/'],
    ['name=systemd', '/user.slice'],
  ]),
};

describe('containerPaths on v1', () => {
  it('counts an absolute path from every mount', () => {
    expect(containerPaths(V1, '/kube/../pods//p1', 'id')).toEqual({
      devices: '/sys/fs/cgroup/devices/pods/p1',
      memory: '/sys/fs/cgroup/memory/pods/p1',
      cpu: '/sys/fs/cgroup/cpu,cpuacct/pods/p1',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct/pods/p1',
      'name=systemd': '/sys/fs/cgroup/systemd/pods/p1',
      '': '/sys/fs/cgroup/unified/pods/p1',
    });
  });

  it.each([undefined, '', 'box', '../../box', './x/../box'])('counts %j from our own group', (path) => {
    expect(containerPaths(V1, path, 'box')).toEqual({
      devices: '/sys/fs/cgroup/devices/box',
      memory: '/sys/fs/cgroup/memory/mine/box',
      cpu: '/sys/fs/cgroup/cpu,cpuacct/mine/box',
      cpuacct: '/sys/fs/cgroup/cpu,cpuacct/mine/box',
      'name=systemd': '/sys/fs/cgroup/systemd/user.slice/box',
      '': '/sys/fs/cgroup/unified/box',
    });
  });

  it('lists controllers in the order of joining, the unified group last', () => {
    expect(Object.keys(containerPaths(V1, undefined, 'box'))).toEqual([
      'devices',
      'memory',
      'cpu',
      'cpuacct',
      'name=systemd',
      '',
    ]);
  });

  it('never leaves the mount', () => {
    for (const path of ['/../../../etc', '../../../../etc', '..', 'x/../..']) {
      for (const directory of Object.values(containerPaths(V1, path, 'box')))
        expect(directory).toMatch(/^\/sys\/fs\/cgroup\/[a-z,]+(\/|$)/);
    }
  });

  it.each(['/', '//', '/..', '/a/../../..'])('refuses %j, which is everybody’s', (path) => {
    expect(() => containerPaths(V1, path, 'box')).toThrow('is the top of the hierarchies');
  });

  it('refuses a host without the devices controller', () => {
    const mounts = new Map([...V1.mounts].filter(([name]) => name !== 'devices'));
    expect(() => containerPaths({ ...V1, mounts }, '/x', 'box')).toThrow('mountpoint for devices not found');
  });
});

describe('containerPaths on v2', () => {
  const host = (own: string): Hierarchies => ({ version: 2, mounts: new Map(), own: new Map([['', own]]) });

  it.each([
    ['/user.slice/user-0.slice/session-1.scope', undefined, '/sys/fs/cgroup/user.slice/user-0.slice/box'],
    ['/user.slice/user-0.slice/session-1.scope', 'a/b', '/sys/fs/cgroup/user.slice/user-0.slice/a/b'],
    ['/user.slice', '/pods/p1', '/sys/fs/cgroup/pods/p1'],
    ['/', undefined, '/sys/fs/cgroup/box'],
    ['/', '../../../etc', '/sys/fs/cgroup/etc'],
    ['/a', '/../../etc', '/sys/fs/cgroup/etc'],
    ['/../outside', 'x', '/sys/fs/cgroup/x'],
  ])('in %s, cgroupsPath %j is %s', (own, path, directory) => {
    expect(containerPaths(host(own), path, 'box')).toEqual({ '': directory });
  });
});
