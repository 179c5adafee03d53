/** docker, with the containerd that it starts itself. */
import { until } from '../../../test/integration/harness/until.ts';
import { documented, documentedCommands, environmentOf, install } from './documented.ts';
import { type Engine, type Opened, path } from './engine.ts';
import type { EngineMachine } from './machine.ts';
import type { Client, Trait } from './scene.ts';

/** How docs/engines.md calls what makes a runtime the default one. */
const headings: Readonly<Record<string, string>> = { hoist: 'As a runtime', 'hoist shim': 'As a shim' };

/** `--experimental` is for checkpoints. */
const argv = ['dockerd', '--experimental', '--live-restore', '--insecure-registry', '127.0.0.1:15000'];

async function startDaemon(machine: EngineMachine, env: Record<string, string>) {
  const daemon = machine.spawn(argv, { env, timeout: 0 });
  await until(
    'dockerd to answer',
    async () => {
      if (daemon.child.exitCode !== null) throw new Error(`dockerd has ended: ${daemon.stderr.slice(-2000)}`);
      return (await machine.run(['docker', 'version'], { env })).code === 0 ? true : undefined;
    },
    60_000,
  );
  return daemon;
}

async function open(machine: EngineMachine, runtime: string, traits: readonly Trait[]): Promise<Opened> {
  const env: Record<string, string> = { PATH: path, HOME: '/root' };
  const heading = headings[runtime];
  if (heading) {
    install(machine, documented(heading));
    if (traits.includes('docker-20')) await machine.must(['sh', '-c', documentedCommands('Builds')]);
    else Object.assign(env, environmentOf(documented('Builds')));
  }
  let daemon = await startDaemon(machine, env);
  const end = async (signal: NodeJS.Signals) => {
    daemon.child.kill(signal);
    await daemon.result();
    // SIGKILL has ended who had started it: it follows.
    await until('dockerd to be gone', async () =>
      (await machine.run(['pgrep', '-x', 'dockerd'])).code === 1 ? true : undefined,
    );
  };
  const restart = async (signal: NodeJS.Signals) => {
    await end(signal);
    daemon = await startDaemon(machine, env);
  };
  const own: Trait[] = [...(heading ? ['hoist' as const] : []), ...(runtime === 'hoist shim' ? ['shim' as const] : [])];
  const client: Client = {
    command: ['docker'],
    env: { PATH: path, HOME: '/root' },
    images: new Set(),
    restart,
    traits: new Set([...traits, ...own]),
  };
  return {
    client,
    log: () => daemon.stderr,
    close: () => end('SIGTERM'),
    state: [
      '/run/docker/runtime-runc/moby',
      '/run/docker/runtime-hoist/moby',
      '/run/containerd/runc/moby',
      '/run/hoist',
    ],
  };
}

export const docker20: Engine = {
  name: 'docker-20',
  suite: 'bookworm',
  runtimes: ['runc', 'hoist'],
  open: (machine, runtime) => open(machine, runtime, ['docker', 'daemon', 'docker-20']),
};

export const docker28: Engine = {
  name: 'docker-28',
  suite: 'sid',
  runtimes: ['runc', 'hoist', 'hoist shim'],
  open: (machine, runtime) => open(machine, runtime, ['docker', 'daemon', 'plugins']),
};
