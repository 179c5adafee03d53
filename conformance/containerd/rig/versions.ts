/** The containerds that the suite starts: Debian's, unpacked beside the system, which is left as it is; and a newer one, built. */
import { join } from 'node:path';
import { cached, command, SetupError } from '../../cache.ts';
import { unpack } from '../../debian.ts';
import { goCompiler } from '../../go.ts';

/** A containerd and what came with it. */
export interface Containerd {
  /** Major and minor: `1.6`. */
  readonly name: string;
  /** All that it says of its version: `1.6.20~ds1`. */
  readonly version: string;
  /** Holds containerd, containerd-shim-runc-v2 and ctr. */
  readonly folder: string;
}

/** The suites that have had a containerd of their own, oldest first. Sid moves on: a column is named after what is found. */
const suites = ['bookworm', 'trixie', 'sid'];

/** Go programs linked with nothing but the C library, and that with an old one: they run where they are unpacked. */
function unpacked(suite: string): string {
  const folder = cached(`containerd-${suite}`, (into) => {
    console.log(`unpacking containerd of Debian ${suite}`);
    unpack(suite, ['containerd'], into, false);
  });
  return join(folder, 'usr/bin');
}

/** Newer than any of Debian's: it starts shims in another way (BootstrapParams, since 2.3). Pinned, as what it is compared with. */
const newest = 'v2.4.2';

function built(): string {
  return cached(`containerd-${newest}`, (into) => {
    console.log(`building containerd ${newest}, which takes some minutes`);
    const module = 'github.com/containerd/containerd/v2';
    const programs = ['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => `${module}/cmd/${name}@${newest}`);
    const without = ['-tags', 'no_btrfs no_cri no_devmapper no_zfs'];
    const version = ['-ldflags', `-s -w -X ${module}/version.Version=${newest}`];
    const env = { CGO_ENABLED: '0', GOFLAGS: '', GOBIN: into, GOTOOLCHAIN: 'auto' };
    command(goCompiler(), ['install', '-trimpath', ...without, ...version, ...programs], { env });
  });
}

/** The folder of a registry to pull from. */
export function dockerRegistry(): string {
  const folder = cached('docker-registry', (into) => {
    console.log('unpacking docker-registry');
    unpack('bookworm', ['docker-registry'], into, false);
  });
  return join(folder, 'usr/bin');
}

function describe(folder: string): Containerd {
  // `containerd github.com/containerd/containerd/v2 2.1.9+unknown `
  const version =
    command(join(folder, 'containerd'), ['--version'])
      .split(' ')[2]
      ?.replace(/^v|\+.*$/g, '') ?? '';
  const name = /^\d+\.\d+/.exec(version)?.[0];
  if (!name) throw new SetupError(`${folder}/containerd does not say its version`);
  return { name, version, folder };
}

/**
 * Those of the wanted names, or Debian's; downloads and builds what the cache lacks. The newest is there for who asks for it.
 * @throws {SetupError} for a name that none has
 */
export function containerds(wanted: readonly string[]): Containerd[] {
  const all = suites.map((suite) => describe(unpacked(suite)));
  if (wanted.includes(newest.replace(/^v(\d+\.\d+).*/, '$1'))) all.push(describe(built()));
  const unknown = wanted.find((name) => !all.some((one) => one.name === name));
  if (unknown)
    throw new SetupError(
      `there is no containerd ${unknown}; there are ${all.map(({ name }) => name).join(', ')}, ${newest}`,
    );
  return wanted.length > 0 ? all.filter(({ name }) => wanted.includes(name)) : all;
}
