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

async function open(
  machine: EngineMachine,
  runtime: string,
  traits: readonly Trait[],
  user?: { readonly uid: number; readonly env: Readonly<Record<string, string>> },
): Promise<Opened> {
  if (runtime === 'hoist') install(machine, documented('podman and buildah'));
  mkdirSync(machine.path('/etc/containers/containers.conf.d'), { recursive: true });
  writeFileSync(machine.path('/etc/containers/containers.conf.d/machine.conf'), local(runtime));
  mkdirSync(machine.path('/etc/containers/registries.conf.d'), { recursive: true });
  writeFileSync(machine.path('/etc/containers/registries.conf.d/machine.conf'), registries);
  const own: Trait[] = runtime === 'hoist' ? ['hoist'] : [];
  const env = { PATH: path, PODMAN_IGNORE_CGROUPSV1_WARNING: '1', ...(user?.env ?? { HOME: '/root' }) };
  const client: Client = {
    command: ['podman'],
    env,
    uid: user?.uid,
    images: new Set(),
    traits: new Set([...traits, ...own]),
  };
  return {
    client,
    log: () => '',
    close: async () => undefined,
    state: ['/run/hoist', '/run/crun', '/run/runc', '/run/user/4242/hoist', '/run/user/4242/crun'],
  };
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

/** What needs no cgroups, which a user without privileges has not on v1, and no network of its own. */
const unprivileged =
  /^(run:|exec:|stop|kill|wait|restart|logs|attach|top|cp|commit|create|volumes|bind mounts$|--tmpfs|--cap|--security|--sysctl|--ulimit|masked|--init|--entrypoint|network: none|build$|pods|keep-id|events|buildah)/;

/** As somebody without privileges, with the ids of /etc/subuid. */
function rootless(of: Engine): Engine {
  const env = { HOME: '/home/hoist-test', XDG_RUNTIME_DIR: '/run/user/4242' };
  return {
    ...of,
    name: `${of.name}-rootless`,
    isFor: (test) => unprivileged.test(test),
    async open(machine, runtime) {
      // pasta and slirp4netns want it, and people's systems let everybody have it.
      const tun = 'mknod /run/tun c 10 200 && chmod 666 /run/tun && mount --bind /run/tun /dev/net/tun';
      await machine.must(['sh', '-c', tun]);
      await machine.must(['install', '-d', '-o', '4242', '-g', '4242', '-m', '700', env.XDG_RUNTIME_DIR]);
      return open(machine, runtime, ['podman', 'rootless'], { uid: 4242, env });
    },
  };
}

export const podman4rootless = rootless(podman4);
export const podman5rootless = rootless(podman5);
