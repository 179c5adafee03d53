import { mkdirSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DeviceRule } from '../../src/spec/types.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const DEFAULTS = { null: '1:3', zero: '1:5', full: '1:7', random: '1:8', urandom: '1:9', tty: '5:0' };

describe.each(['root', 'rootless', 'userns'] as const)('devices, runtime called by %s', (mode) => {
  it('are the six that every container has', async () => {
    const found = await scene.as(mode).facts(Object.keys(DEFAULTS).map((name) => ['stat', `/dev/${name}`]));
    const numbers = found.map((text) => /^char 0666 .* dev (\d+:\d+)/.exec(text)?.[1]);
    expect(numbers).toEqual(Object.values(DEFAULTS));
  });

  it('work', async () => {
    const answers = await scene.as(mode).facts([
      ['write', '/dev/null', 'x'],
      ['write', '/dev/full', 'x'],
      ['open', '/dev/zero'],
      ['open', '/dev/urandom'],
    ]);
    expect(answers).toEqual(['ok', 'ENOSPC', 'ok', 'ok']);
  });

  it('come with links to the own descriptors', async () => {
    const links = await scene
      .as(mode)
      .facts(['fd', 'stdin', 'stdout', 'stderr'].map((name) => ['readlink', `/dev/${name}`]));
    expect(links).toEqual(['/proc/self/fd', '/proc/self/fd/0', '/proc/self/fd/1', '/proc/self/fd/2']);
  });

  it('are all that is in /dev', async () => {
    const [listing = ''] = await scene.as(mode).facts([['list', '/dev']]);
    const folders = ['mqueue', 'pts', 'shm', 'core', 'fd', 'stdin', 'stdout', 'stderr', 'ptmx'];
    expect(
      listing
        .split('\n')
        .filter((name) => !folders.includes(name))
        .sort(),
    ).toEqual(Object.keys(DEFAULTS).sort());
  });
});

describe('devices of the configuration', () => {
  it('are made with their numbers, mode and owner', async () => {
    const [char, block, fifo] = await root().facts(
      [
        ['lstat', '/dev/a'],
        ['lstat', '/dev/deep/b'],
        ['lstat', '/dev/p'],
      ],
      (config) => {
        config.linux.devices = [
          { path: '/dev/a', type: 'c', major: 10, minor: 229, fileMode: 0o640, uid: 5, gid: 6 },
          { path: '/dev/deep/b', type: 'b', major: 7, minor: 300, fileMode: 0o600 },
          { path: '/dev/p', type: 'p', fileMode: 0o622 },
        ];
      },
    );
    expect(char).toMatch(/^char 0640 5:6 dev 10:229/);
    expect(block).toMatch(/^block 0600 0:0 dev 7:300/);
    expect(fifo).toMatch(/^fifo 0622 0:0/);
  });

  it('may be another one of the six', async () => {
    const [zero] = await root().facts([['lstat', '/dev/zero']], (config) => {
      config.linux.devices = [{ path: '/dev/zero', type: 'c', major: 1, minor: 5, fileMode: 0o600, uid: 0, gid: 0 }];
    });
    expect(zero).toMatch(/^char 0600 0:0 dev 1:5/);
  });

  it('come from the host in a user namespace', async (context) => {
    notOn(context, { crun: '1.9' }, 'cannot');
    const [null2] = await scene.as('rootless').facts([['stat', '/dev/full']], (config) => {
      config.linux.devices = [{ path: '/dev/full', type: 'c', major: 1, minor: 7, fileMode: 0o666, uid: 0, gid: 0 }];
    });
    expect(null2).toMatch(/^char 0666 .* dev 1:7/);
  });

  it('are not made in a /dev that is the host’s', async () => {
    const bundle = root().newBundle();
    mkdirSync(`${bundle.outside.path}/dev`);
    await scene.machine.must(['mknod', '--mode=666', `${bundle.path}/dev/null`, 'c', '1', '3']);
    const [listing] = await root().facts(
      [['list', '/dev']],
      (config) => {
        const mounts = config.mounts.filter((mount) => !mount.destination.startsWith('/dev'));
        config.mounts = [...mounts, { destination: '/dev', type: 'bind', source: 'dev', options: ['rbind'] }];
      },
      { bundle },
    );
    expect(listing).toBe('null');
    expect(readdirSync(`${bundle.outside.path}/dev`)).toEqual(['null']);
  });
});

describe('device rules', () => {
  /** What a container with CAP_MKNOD may do with /dev/kmsg (1:11): make and open it. */
  const kmsg = async (...rules: DeviceRule[]) => {
    const [made] = await root().facts([['mknod', '/dev/shm/x', '1', '11']], (config) => {
      config.mounts = config.mounts.map((mount) =>
        mount.destination === '/dev/shm' ? { ...mount, options: ['mode=1777'] } : mount,
      );
      config.process.capabilities = {
        bounding: ['CAP_MKNOD', 'CAP_SYSLOG'],
        effective: ['CAP_MKNOD', 'CAP_SYSLOG'],
        permitted: ['CAP_MKNOD', 'CAP_SYSLOG'],
      };
      config.linux.resources = { devices: rules };
    });
    return made;
  };

  it.each([
    ['deny all but the usual ones', [{ allow: false, access: 'rwm' }], 'EPERM'],
    [
      'allow one',
      [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 1, minor: 11, access: 'rwm' },
      ],
      'ok',
    ],
    [
      'allow a whole class',
      [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 1, access: 'rwm' },
      ],
      'ok',
    ],
    [
      'count by access',
      [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 1, minor: 11, access: 'wm' },
      ],
      'EPERM',
    ],
    [
      'count in their order',
      [
        { allow: true, access: 'rwm' },
        { allow: false, type: 'c', major: 1, minor: 11, access: 'r' },
      ],
      'EPERM',
    ],
    ['allow all', [{ allow: true, access: 'rwm' }], 'ok'],
  ] as [string, DeviceRule[], string][])('%s', async (_name, rules, wanted) => {
    expect(await kmsg(...rules)).toBe(wanted);
  });
});
