/** A Kubernetes node without Kubernetes: a machine with containerd, a registry that has the images, and a network for pods. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from '../../../test/integration/harness/machine.ts';
import { until } from '../../../test/integration/harness/until.ts';
import { cached } from '../../cache.ts';
import { Daemon, socketPath } from '../../containerd/rig/daemon.ts';
import { type Containerd, dockerRegistry } from '../../containerd/rig/versions.ts';
import { unpack } from '../../debian.ts';
import { CriClient } from './api.ts';
import type { Handler } from './handlers.ts';
import { images } from './images.ts';
import { containerdConfig, mirrors, network, registryConfig } from './settings.ts';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The folder of the CNI plugins. */
function networkPlugins(): string {
  const folder = cached('cni-plugins', (into) => {
    console.log('unpacking containernetworking-plugins');
    unpack('bookworm', ['containernetworking-plugins'], into, false);
  });
  return join(folder, 'usr/lib/cni');
}

export class Node {
  readonly machine = new Machine();
  readonly daemon: Daemon;
  /** What is in the environment of containerd, and so of its shims and runtimes. */
  readonly env: { readonly PATH: string };
  readonly #name: string;

  /**
   * @param handlers the first is that of pods that ask for none
   * @param programs folders that come before all others in PATH
   */
  constructor(containerd: Containerd, handlers: readonly Handler[], programs: readonly string[]) {
    this.#name = `cri-${containerd.name}-${handlers.at(-1)?.name}`;
    this.env = { PATH: [...programs, containerd.folder, systemPath].join(':') };
    const config = containerdConfig(containerd.name, handlers, networkPlugins());
    this.daemon = new Daemon(this.machine, this.env, config);
  }

  async start(): Promise<void> {
    await this.machine.start(this.#name);
    try {
      await this.#makeFoldersOurs();
      this.#write('/etc/containerd/certs.d/_default/hosts.toml', mirrors);
      this.#write('/etc/cni/net.d/10-pods.conflist', network);
      this.#write('/run/registry.yml', registryConfig(images().folder));
      const registry = this.machine.spawn([join(dockerRegistry(), 'docker-registry'), 'serve', '/run/registry.yml'], {
        timeout: 0,
      });
      await until('the registry', async () => {
        if (registry.child.exitCode !== null) throw new Error(`the registry has ended: ${registry.stderr}`);
        const { code } = await this.machine.run(['sh', '-c', 'grep -q ":1388 .* 0A " /proc/net/tcp /proc/net/tcp6']);
        return code === 0 ? true : undefined;
      });
      await this.daemon.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** The gRPC interface; to be closed by whoever has asked for it. */
  api(): CriClient {
    return new CriClient(this.machine.path(socketPath));
  }

  async stop(): Promise<void> {
    await this.machine.stop();
  }

  /** The plugins of the network keep what they have done below /var/lib, which is the host's and read-only. */
  async #makeFoldersOurs(): Promise<void> {
    const folders = 'upperdir=/run/var/upper,workdir=/run/var/work';
    const mount = `mount -t overlay -o lowerdir=/var,${folders} overlay /var`;
    await this.machine.must(['sh', '-c', `mkdir -p /run/var/upper /run/var/work && ${mount}`]);
    // hoist is where it is on people's machines.
    await this.machine.must(['mount', '--bind', '/run/runtime', '/usr/local/bin']);
  }

  #write(inside: string, content: string): void {
    const path = this.machine.path(inside);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}
