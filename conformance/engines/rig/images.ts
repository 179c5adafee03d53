/** What the images are made of, without a registry: archives of root file systems, which every engine can import. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tools } from '../../../test/integration/harness/tools.ts';
import { cached, command } from '../../cache.ts';
import { fillRootfs, reproducible } from '../../containerd/rig/image.ts';
import { bootstrap } from './debian.ts';

const services = ['nginx-light', 'postgresql', 'redis-server'];
/** Nobody reads these in a test, and they are half of it. */
const unread = ['usr/share/doc', 'usr/share/locale', 'usr/share/man', 'usr/share/zoneinfo', 'var/cache', 'var/lib/apt'];

function archive(rootfs: string, target: string): void {
  const exclude = unread.map((path) => `--exclude=./${path}/*`);
  command('tar', [...reproducible.filter((flag) => !/owner/.test(flag)), '-C', rootfs, ...exclude, '-cf', target, '.']);
}

function makeBusybox(rootfs: string): void {
  mkdirSync(rootfs);
  fillRootfs(rootfs, join(tools(), 'busybox'));
}

/** None of the services is to be started while they are installed. */
function makeServices(rootfs: string): void {
  bootstrap('bookworm', rootfs, ['init-system-helpers', 'procps']);
  writeFileSync(join(rootfs, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  command('chroot', [rootfs, 'apt-get', '-q', 'update'], { env });
  command('chroot', [rootfs, 'apt-get', '-q', '-y', '--no-install-recommends', 'install', ...services], { env });
}

const makers = { busybox: makeBusybox, services: makeServices };

/**
 * @returns a folder with busybox.tar, and services.tar: Debian's nginx, redis and postgres
 * @throws SetupError when they cannot be made
 */
export function imageFolder(): string {
  return cached('engine-images', (into) => {
    console.log('making the images, which takes a minute or two');
    for (const [name, make] of Object.entries(makers)) {
      const work = mkdtempSync(join(tmpdir(), 'hoist-image-'));
      try {
        make(join(work, 'rootfs'));
        archive(join(work, 'rootfs'), join(into, `${name}.tar`));
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    }
  });
}
