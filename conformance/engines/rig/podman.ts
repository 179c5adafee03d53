/** podman: no daemon; a conmon for each container. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { documented, install } from './documented.ts';
import { type Engine, type Opened, path } from './engine.ts';
import type { EngineMachine } from './machine.ts';
import type { Client, Trait } from './scene.ts';

/**
 * What the machine wants, whatever the runtime: there is no systemd, and root may not raise limits (its own defaults would).
 */
const local = (runtime: string) => `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
${runtime === 'hoist' ? '' : `runtime = "${runtime}"`}
`;

const registries = '[[registry]]\nlocation = "127.0.0.1:15000"\ninsecure = true\n';

async function open(machine: EngineMachine, runtime: string, traits: readonly Trait[]): Promise<Opened> {
  if (runtime === 'hoist') install(machine, documented('podman and buildah'));
  mkdirSync(machine.path('/etc/containers/containers.conf.d'), { recursive: true });
  writeFileSync(machine.path('/etc/containers/containers.conf.d/machine.conf'), local(runtime));
  mkdirSync(machine.path('/etc/containers/registries.conf.d'), { recursive: true });
  writeFileSync(machine.path('/etc/containers/registries.conf.d/machine.conf'), registries);
  const own: Trait[] = runtime === 'hoist' ? ['hoist'] : [];
  const client: Client = {
    command: ['podman'],
    env: { PATH: path, HOME: '/root', PODMAN_IGNORE_CGROUPSV1_WARNING: '1' },
    images: new Set(),
    traits: new Set([...traits, ...own]),
  };
  return { client, log: () => '', close: async () => undefined, state: ['/run/hoist', '/run/crun', '/run/runc'] };
}

export const podman4: Engine = {
  name: 'podman-4',
  suite: 'bookworm',
  runtimes: ['crun', 'hoist'],
  open: (machine, runtime) => open(machine, runtime, ['podman', 'daemon']),
};

export const podman5: Engine = {
  name: 'podman-5',
  suite: 'sid',
  runtimes: ['crun', 'hoist'],
  open: (machine, runtime) => open(machine, runtime, ['podman', 'daemon']),
};
