/** The files of the images, as layers: what a function puts into a folder, in a tar archive that is the same at every run. */
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../cache.ts';
import { unpack } from '../../debian.ts';

const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

/** @param fill gets the root folder */
export function layer(fill: (rootfs: string) => void): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'hoist-layer-'));
  const rootfs = join(work, 'rootfs');
  try {
    mkdirSync(rootfs, { mode: 0o755 });
    fill(rootfs);
    command('tar', [...reproducible, '-C', rootfs, '-cf', join(work, 'layer.tar'), '.']);
    return readFileSync(join(work, 'layer.tar'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A small system. Applets are hard links, as in busybox's own image: masking one must not mask all. */
export function system(rootfs: string, busybox: string): void {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp', 'var/run', 'var/www'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  copyFileSync(busybox, join(rootfs, 'bin/busybox'));
  chmodSync(join(rootfs, 'bin/busybox'), 0o755);
  for (const applet of command(busybox, ['--list']).trim().split('\n'))
    if (applet !== 'busybox') linkSync(join(rootfs, 'bin/busybox'), join(rootfs, 'bin', applet));
  writeFileSync(join(rootfs, 'var/www/index.html'), 'hello\n');
  users(rootfs);
}

/** @param memberOf the group of the image that a user has beside its own */
export function users(rootfs: string, memberOf?: { user: string; uid: number; group: string; gid: number }): void {
  const passwd = ['root:x:0:0::/root:/bin/sh', 'www-data:x:33:33::/var/www:/bin/sh', 'nobody:x:65534:65534::/:/bin/sh'];
  const group = ['root:x:0:', 'www-data:x:33:', 'nobody:x:65534:'];
  if (memberOf) {
    passwd.push(`${memberOf.user}:x:${memberOf.uid}:${memberOf.uid}::/:/bin/sh`);
    group.push(`${memberOf.user}:x:${memberOf.uid}:`, `${memberOf.group}:x:${memberOf.gid}:${memberOf.user}`);
  }
  mkdirSync(join(rootfs, 'etc'), { recursive: true });
  writeFileSync(join(rootfs, 'etc/passwd'), `${passwd.join('\n')}\n`);
  writeFileSync(join(rootfs, 'etc/group'), `${group.join('\n')}\n`);
}

/** Its workers are root's, for there is nothing here to protect. */
const nginxConfig = (port: number) => `daemon off;
user root;
pid /var/run/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  server {
    listen ${port};
    root /var/www;
  }
}
`;

/** Debian's nginx with the libraries it needs, on top of the small system. */
export function nginx(rootfs: string): void {
  unpack('bookworm', ['nginx', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libssl3', 'zlib1g'], rootfs, false);
  for (const folder of ['usr/share', 'usr/lib/locale']) rmSync(join(rootfs, folder), { recursive: true, force: true });
  for (const folder of ['var/lib/nginx', 'var/log/nginx']) mkdirSync(join(rootfs, folder), { recursive: true });
}

export function nginxSettings(rootfs: string, port: number): void {
  mkdirSync(join(rootfs, 'etc/nginx'), { recursive: true });
  writeFileSync(join(rootfs, 'etc/nginx/nginx.conf'), nginxConfig(port));
}
