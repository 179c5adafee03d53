/** Debians with the engines that people have: whole root file systems, made once. */
import { createHash } from 'node:crypto';
import { cached, command } from '../../cache.ts';
import { installMissing, mirror } from '../../debian.ts';

export type Suite = 'bookworm' | 'sid';

const common = [
  ...['ca-certificates', 'curl', 'iproute2', 'iptables', 'nftables', 'procps', 'uidmap'],
  ...['buildah', 'catatonit', 'conmon', 'containerd', 'crun', 'docker.io', 'podman', 'runc'],
  ...['aardvark-dns', 'fuse-overlayfs', 'netavark', 'slirp4netns', 'docker-registry'],
];

const packages: Readonly<Record<Suite, readonly string[]>> = {
  bookworm: [...common, 'containernetworking-plugins'],
  sid: [...common, 'docker-buildx', 'docker-cli', 'docker-compose', 'libcriu2', 'passt'],
};

/**
 * @returns the folder of its root
 * @throws SetupError when it cannot be made
 */
export function debian(suite: Suite): string {
  const key = createHash('sha256').update(packages[suite].join()).digest('hex').slice(0, 8);
  return cached(`debian-${suite}-${key}`, (into) => {
    console.log(`making a Debian ${suite} with engines, which takes a minute or two`);
    bootstrap(suite, into, packages[suite]);
  });
}

/** A small Debian with packages, installed as they want to be. @throws SetupError */
export function bootstrap(suite: Suite, folder: string, wanted: readonly string[]): void {
  installMissing({ debootstrap: 'debootstrap' });
  command('debootstrap', ['--variant=minbase', `--include=${wanted.join(',')}`, suite, folder, mirror()]);
  command('sh', ['-c', 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*', '-', folder]);
}
