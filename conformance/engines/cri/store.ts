/**
 * Writes images as docker-registry keeps them on disk: blobs by their digests, and files ("links") that hold a digest and
 * nothing else. So no registry has to run, and nothing has to be pushed, before there is something to pull.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const type = (name: string) => `application/vnd.oci.image.${name}`;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** What an image says of its first process, besides its files. */
export interface ImageConfig {
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly User?: string;
  readonly Env?: readonly string[];
}

export class Store {
  readonly #root: string;

  /** @param folder the registry's `storage.filesystem.rootdirectory` */
  constructor(folder: string) {
    this.#root = join(folder, 'docker/registry/v2');
  }

  /**
   * Adds an image.
   * @param repository without the registry's name: `e2e-test-images/busybox`
   * @param layers tar archives, the lowest first
   * @returns the digest, for names that end in one
   */
  add(repository: string, tags: readonly string[], config: ImageConfig, layers: readonly Uint8Array[]): string {
    const json = (value: unknown) => Buffer.from(JSON.stringify(value));
    const blobs = layers.map((layer) => this.#blob(repository, type('layer.v1.tar'), layer));
    const architecture = { arm64: 'arm64', x64: 'amd64' }[process.arch as string] ?? process.arch;
    const description = this.#blob(
      repository,
      type('config.v1+json'),
      json({
        architecture,
        os: 'linux',
        config: { Env: ['PATH=/bin'], Cmd: ['sh'], ...config },
        rootfs: { type: 'layers', diff_ids: blobs.map(({ digest }) => digest) },
      }),
    );
    const mediaType = type('manifest.v1+json');
    const manifest = json({ schemaVersion: 2, mediaType, config: description, layers: blobs });
    const { digest } = this.#blob(repository, mediaType, manifest);
    this.#link(repository, `_manifests/revisions/${digest.replace(':', '/')}`, digest);
    for (const tag of tags) {
      this.#link(repository, `_manifests/tags/${tag}/current`, digest);
      this.#link(repository, `_manifests/tags/${tag}/index/${digest.replace(':', '/')}`, digest);
    }
    return digest;
  }

  #blob(repository: string, mediaType: string, bytes: Uint8Array): Descriptor {
    const hex = createHash('sha256').update(bytes).digest('hex');
    const digest = `sha256:${hex}`;
    this.#write(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, bytes);
    this.#link(repository, `_layers/sha256/${hex}`, digest);
    return { mediaType, digest, size: bytes.length };
  }

  #link(repository: string, folder: string, digest: string): void {
    this.#write(`repositories/${repository}/${folder}/link`, digest);
  }

  #write(name: string, content: Uint8Array | string): void {
    const file = join(this.#root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
