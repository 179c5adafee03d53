/** An image without a registry: Debian's static busybox as an OCI layout in a tar archive, for `ctr images import`. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../cache.ts';

/** How the image is called once it has been imported. */
export const imageName = 'hoist.test/busybox:1';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Owners and times are set, so that the same busybox gives the same digests. */
export const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

/** A small root file system. @param busybox a static one */
export function fillRootfs(rootfs: string, busybox: string): void {
  for (const folder of ['bin', 'dev', 'etc', 'home/user', 'proc', 'root', 'sys', 'tmp'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  copyFileSync(busybox, join(rootfs, 'bin/busybox'));
  chmodSync(join(rootfs, 'bin/busybox'), 0o755);
  for (const applet of command(busybox, ['--list']).trim().split('\n'))
    if (applet !== 'busybox') symlinkSync('busybox', join(rootfs, 'bin', applet));
  writeFileSync(join(rootfs, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n');
  writeFileSync(join(rootfs, 'etc/group'), 'root:x:0:\ntty:x:5:\nuser:x:1000:\nmore:x:2000:user\n');
}

function blob(layout: string, mediaType: string, bytes: Uint8Array): Descriptor {
  const hex = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

function fillLayout(layout: string, layer: Uint8Array): void {
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const layers = [blob(layout, 'application/vnd.oci.image.layer.v1.tar', layer)];
  const architecture = { arm64: 'arm64', x64: 'amd64' }[process.arch as string] ?? process.arch;
  const config = blob(
    layout,
    'application/vnd.oci.image.config.v1+json',
    json({
      architecture,
      os: 'linux',
      config: { Env: ['PATH=/bin', 'FROM_IMAGE=yes'], Cmd: ['sh'], WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    }),
  );
  const manifest = blob(layout, ociManifest, json({ schemaVersion: 2, mediaType: ociManifest, config, layers }));
  const names = { 'io.containerd.image.name': imageName, 'org.opencontainers.image.ref.name': '1' };
  const manifests = [{ ...manifest, platform: { architecture, os: 'linux' }, annotations: names }];
  writeFileSync(join(layout, 'index.json'), json({ schemaVersion: 2, manifests }));
  writeFileSync(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
}

/** Writes the archive. @param busybox a static one */
export function writeImage(archive: string, busybox: string): void {
  const work = mkdtempSync(join(tmpdir(), 'hoist-image-'));
  const [rootfs, layout, layer] = [join(work, 'rootfs'), join(work, 'layout'), join(work, 'layer.tar')];
  try {
    fillRootfs(rootfs, busybox);
    command('tar', [...reproducible, '-C', rootfs, '-cf', layer, '.']);
    fillLayout(layout, readFileSync(layer));
    command('tar', [...reproducible, '-C', layout, '-cf', `${archive}.new`, '.']);
    renameSync(`${archive}.new`, archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
