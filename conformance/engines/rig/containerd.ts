/** containerd without anything above it. */
import { until } from '../../../test/integration/harness/until.ts';
import { type Engine, path } from './engine.ts';

const shims: Readonly<Record<string, string>> = {
  runc: 'io.containerd.runc.v2',
  'hoist shim': 'io.containerd.hoist.v1',
};

export const containerd: Engine = {
  name: 'containerd',
  suite: 'sid',
  runtimes: ['runc', 'hoist shim'],
  async open(machine, runtime) {
    const env = { PATH: path };
    const daemon = machine.spawn(['containerd'], { env, timeout: 0 });
    await until(
      'containerd',
      async () => ((await machine.run(['ctr', 'version'], { env })).code === 0 ? true : undefined),
      30_000,
    );
    return {
      client: {
        command: ['ctr'],
        env,
        images: new Set(),
        runtime: shims[runtime],
        traits: new Set(runtime === 'runc' ? [] : (['hoist', 'shim'] as const)),
      },
      log: () => daemon.stderr,
      close: async () => {
        daemon.child.kill('SIGTERM');
        await daemon.result();
      },
      state: ['/run/containerd/runc/default', '/run/hoist'],
    };
  },
};
