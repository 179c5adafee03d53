// What becomes of the attributes of a bind mount's source: runc's rules, which are those of mount(8)'s remount.
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { parseMountinfo } from './harness/mountinfo.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

function userNamespace({ linux }: Config): void {
  linux.namespaces = [...(linux.namespaces ?? []), { type: 'user' }];
  linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
  linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
}

/** The attributes that a container sees, sorted, of a mount that has `source` outside and is bound with `options`. */
async function bound(source: string, options: string, patch: (config: Config) => void = () => undefined) {
  const { machine } = scene;
  mkdirSync(machine.path('/run/bundles/source'), { recursive: true });
  scene.later(() => machine.run(['umount', '--lazy', '/run/bundles/source']));
  await machine.must(['mount', '-t', 'tmpfs', 'tmpfs', '/run/bundles/source']);
  await machine.must(['mount', '--bind', '-o', 'remount,diratime,strictatime', '/run/bundles/source']);
  await machine.must(['mount', '--bind', '-o', `remount,${source}`, '/run/bundles/source']);
  const [text = ''] = await scene.as('root').facts([['mounts', '/data']], (config, bundle) => {
    mkdirSync(`${bundle.outside.rootfs}/data`);
    config.mounts.push({
      destination: '/data',
      source: '/run/bundles/source',
      options: ['bind', ...options.split(',')],
    });
    patch(config);
  });
  await machine.must(['umount', '/run/bundles/source']);
  return parseMountinfo(text).at(-1)?.options.slice().sort().join(',');
}

describe('a bind mount', () => {
  it('keeps the attributes of its source when it has no word about them', async (context) => {
    notOn(context, { crun: 'never' }, 'clears what is not named');
    expect(await bound('ro,noexec,nodiratime', 'private')).toBe('nodiratime,noexec,relatime,ro');
  });

  it('has exactly its own when it has a word', async (context) => {
    notOn(context, { runc: '1.2' }, 'keeps access times only since then');
    expect(await bound('ro,noexec', 'nosuid')).toBe('nosuid,rw');
    expect(await bound('nosuid,nodev,noexec,noatime', 'ro')).toBe('noatime,ro');
    expect(await bound('ro,noexec,noatime', 'dev,atime')).toBe('noatime,rw');
  });

  it('keeps what a user namespace may not take away', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'fails where the kernel refuses');
    expect(await bound('ro,noexec', 'nosuid', userNamespace)).toBe('noexec,nosuid,ro');
  });

  it('keeps access times as they are, or has them its own way as a whole', async () => {
    expect(await bound('noatime', 'nodiratime')).toBe('nodiratime,relatime,rw');
    expect(await bound('nodiratime', 'strictatime')).toBe('rw');
    expect(await bound('nodiratime', 'diratime')).toBe('nodiratime,relatime,rw');
  });
});

describe('paths of the rootfs as the host has them', () => {
  const inside = { 'the host user namespace': undefined, 'a user namespace': userNamespace };
  for (const [name, patch] of Object.entries(inside)) {
    it(`name what earlier mounts have put there, in ${name}`, async (context) => {
      notOn(context, { runc: patch ? '1.2' : '1.0', crun: 'never' }, 'takes them for paths of the container');
      const [text] = await scene.as('root').facts([['read', '/final/there']], (config, bundle) => {
        for (const folder of ['first', 'final']) mkdirSync(`${bundle.outside.rootfs}/${folder}`);
        config.mounts.push(
          { destination: '/first', type: 'tmpfs', source: 'tmpfs', options: ['mode=755'] },
          { destination: '/first/there', source: '/etc/hostname', options: ['bind'] },
          { destination: `${bundle.rootfs}/final`, source: `${bundle.rootfs}/first`, options: ['rbind'] },
        );
        patch?.(config);
      });
      expect(text).toBe(scene.machine.read('/etc/hostname').trimEnd());
    });
  }
});
