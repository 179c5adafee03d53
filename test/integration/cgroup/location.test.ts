import { describe, expect, it } from 'vitest';
import { elsewhere } from './machine.ts';

/** Runs in a private mount namespace with its own view of the hierarchies. The controllers themselves are the host's. */
const mounted = (mounts: string) => {
  const script = `set -e; ${mounts}; exec "$@"`;
  return (request: object) =>
    elsewhere(['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh'], request);
};
const TMPFS = 'umount -R /sys/fs/cgroup; mount -t tmpfs cgroup /sys/fs/cgroup';
const OVER = 'mount -t tmpfs cgroup /sys/fs/cgroup';
const v1 = (place: string, options: string) => `mkdir -p "${place}" && mount -t cgroup -o ${options} cgroup "${place}"`;
const request = { id: 'box', rootless: false };

describe('where a container’s groups are', () => {
  it('is below the usual mounts', () => {
    const host = mounted(
      [TMPFS, v1('/sys/fs/cgroup/devices', 'devices'), v1('/sys/fs/cgroup/pids', 'pids')].join('; '),
    );
    expect(host({ ...request, cgroupsPath: '/a/b' })).toEqual({
      version: 1,
      paths: { devices: '/sys/fs/cgroup/devices/a/b', pids: '/sys/fs/cgroup/pids/a/b' },
    });
  });

  it('is found when a mount has another name, with its links', () => {
    const host = mounted(
      [
        TMPFS,
        v1('/sys/fs/cgroup/things', 'devices'),
        'ln -s things /sys/fs/cgroup/devices',
        v1('/sys/fs/cgroup/systemd', 'none,name=systemd'),
      ].join('; '),
    );
    expect(host(request).paths).toEqual({
      devices: '/sys/fs/cgroup/things/box',
      'name=systemd': '/sys/fs/cgroup/systemd/box',
    });
  });

  it('is found where other mounts cover the first ones', () => {
    const host = mounted([OVER, v1('/sys/fs/cgroup/things', 'devices')].join('; '));
    expect(host(request).paths).toEqual({ devices: '/sys/fs/cgroup/things/box' });
  });

  it('is found when the hierarchies are mounted somewhere else', () => {
    const host = mounted(
      ['mount -t tmpfs cgroup /mnt', 'umount -R /sys/fs/cgroup', v1('/mnt/a b', 'devices')].join('; '),
    );
    expect(host(request).paths).toEqual({ devices: '/mnt/a b/box' });
  });

  it('starts at our own group, which a container sees as the top of its mount', () => {
    const inGroup = `${v1('/mnt/devices', 'devices')}; mkdir /mnt/devices/outer-$$; echo $$ > /mnt/devices/outer-$$/cgroup.procs;
      ${TMPFS}; mkdir /sys/fs/cgroup/devices; mount --bind /mnt/devices/outer-$$ /sys/fs/cgroup/devices;
      trap 'echo $$ > /mnt/devices/cgroup.procs; rmdir /mnt/devices/outer-$$' EXIT; "$@"; exit`;
    const host = mounted(`mount -t tmpfs none /mnt; ${inGroup}`);
    expect(host(request).paths).toEqual({ devices: '/sys/fs/cgroup/devices/box' });
    expect(host({ ...request, cgroupsPath: '../x' }).paths).toEqual({ devices: '/sys/fs/cgroup/devices/x' });
  });

  it('starts at our own group on the host too', () => {
    const inGroup = `${v1('/sys/fs/cgroup/devices', 'devices')}; cd /sys/fs/cgroup/devices; mkdir outer-$$; echo $$ > outer-$$/cgroup.procs;
      trap 'echo $$ > cgroup.procs; rmdir outer-$$' EXIT; "$@"; exit`;
    const { paths } = mounted(`${TMPFS}; ${inGroup}`)(request);
    expect(paths).toEqual({ devices: expect.stringMatching(/^\/sys\/fs\/cgroup\/devices\/outer-\d+\/box$/) });
  });

  it('is one directory on a v2 host', () => {
    const host = mounted('mount -t cgroup2 cgroup2 /sys/fs/cgroup');
    expect(host({ ...request, cgroupsPath: '/pods/one' })).toEqual({
      version: 2,
      paths: { '': '/sys/fs/cgroup/pods/one' },
    });
    expect(host(request)).toEqual({ version: 2, paths: { '': '/sys/fs/cgroup/box' } });
  });

  it('is nowhere without the devices controller', () => {
    const host = mounted([TMPFS, v1('/sys/fs/cgroup/pids', 'pids')].join('; '));
    expect(host(request)).toEqual({ error: 'mountpoint for devices not found' });
  });
});
