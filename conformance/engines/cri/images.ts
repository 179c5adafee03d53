/**
 * Stand-ins for the images that critest pulls, under their own names. Most names are constants in the program, so the machine
 * sends the pulls of every registry to one on loopback, which has these.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../../cache.ts';
import { installMissing } from '../../debian.ts';
import { busybox } from './busybox.ts';
import { layer, nginx, nginxSettings, system, users } from './layers.ts';
import { installNoNewPrivs, installPause } from './programs.ts';
import { Store } from './store.ts';

/** Of pods, and pinned by containerd 2: critest removes another version of it, so this must be one of its own. */
export const pauseImage = 'registry.k8s.io/pause:3.10';
/** For containers that do nothing in particular. */
export const busyboxImage = 'registry.k8s.io/e2e-test-images/busybox:1.29-2';

/** Users of images, after `test-image-user-`: images/build of cri-tools. */
const imageUsers = {
  uid: '1002',
  username: 'www-data',
  'uid-group': '1003:1004',
  'username-group': 'www-data:1005',
} as const;

/** Images with nothing but names, after `test-image-`. */
const plain: Readonly<Record<string, readonly string[]>> = {
  latest: ['latest'],
  tag: ['test', 'all'],
  1: ['latest'],
  2: ['latest'],
  3: ['latest'],
  tags: ['1', '2', '3'],
};

function addTestImages(store: Store, base: Buffer): string {
  const repository = (name: string) => `k8s-staging-cri-tools/test-image-${name}`;
  const named = (name: string) => layer((rootfs) => writeFileSync(join(rootfs, name), `${name}\n`));
  for (const [name, tags] of Object.entries(plain)) store.add(repository(name), tags, {}, [base, named(name)]);
  for (const [name, User] of Object.entries(imageUsers))
    store.add(repository(`user-${name}`), ['latest'], { User }, [base]);
  const member = { user: 'default-user', uid: 1000, group: 'group-defined-in-image', gid: 50000 };
  const withUser = layer((rootfs) => users(rootfs, member));
  store.add(repository('predefined-group'), ['latest'], { User: '1000' }, [base, withUser]);
  return store.add(repository('digest'), ['latest'], {}, [base, named('digest')]);
}

function addServers(store: Store, base: Buffer): void {
  const server = layer(nginx);
  const settings = (port: number) => layer((rootfs) => nginxSettings(rootfs, port));
  const config = { Cmd: ['nginx'], Env: ['PATH=/bin:/usr/sbin'] };
  store.add('e2e-test-images/nginx', ['1.14-2'], config, [base, server, settings(80)]);
  const architecture = { arm64: 'arm64', x64: 'amd64' }[process.arch as string] ?? process.arch;
  const onHost = `k8s-staging-cri-tools/hostnet-nginx-${architecture}`;
  store.add(onHost, ['latest'], config, [base, server, settings(12003)]);
  // Apache says its name in its log, which is looked for there.
  const httpd = { Cmd: ['sh', '-c', 'echo httpd; exec httpd -f -p 80 -h /var/www'] };
  store.add('e2e-test-images/httpd', ['2.4.39-4'], httpd, [base]);
}

export interface Images {
  /** docker-registry's root folder. */
  readonly folder: string;
  /** Of the image that is pulled by it. */
  readonly digest: string;
}

/** The sources beside this one: what they make is made anew when they change. */
function sources(): string {
  const hash = createHash('sha256');
  for (const name of ['images.ts', 'layers.ts', 'programs.ts', 'store.ts'])
    hash.update(readFileSync(join(import.meta.dirname, name)));
  return hash.digest('hex').slice(0, 12);
}

export function images(): Images {
  const folder = cached(`cri-images-${sources()}`, (into) => {
    const program = busybox();
    installMissing({ gcc: 'gcc', 'libc6-dev': '/usr/include/stdlib.h' });
    console.log('making the images');
    mkdirSync(join(into, 'registry'));
    const store = new Store(join(into, 'registry'));
    const base = layer((rootfs) => system(rootfs, program));
    store.add('e2e-test-images/busybox', ['1.29-2'], {}, [base]);
    const pauses = layer(installPause);
    for (const tag of ['3.9', '3.10'])
      store.add('pause', [tag], { Entrypoint: ['/pause'], Cmd: [] }, [pauses, tagged(tag)]);
    store.add('e2e-test-images/nonewprivs', ['1.3'], { Cmd: ['/nonewprivs'] }, [base, layer(installNoNewPrivs)]);
    addServers(store, base);
    writeFileSync(join(into, 'digest'), addTestImages(store, base));
  });
  return { folder: join(folder, 'registry'), digest: readFileSync(join(folder, 'digest'), 'utf8') };
}

/** Makes two images differ that have the same files otherwise. */
function tagged(tag: string): Buffer {
  return layer((rootfs) => writeFileSync(join(rootfs, 'version'), `${tag}\n`));
}
