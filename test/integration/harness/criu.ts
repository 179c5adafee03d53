/** criu for the tests of `checkpoint` and `restore`: Debian's own may be too old for the kernel, so a newer one is kept in the cache. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, type TestContext } from 'vitest';
import { SetupError } from '../../../conformance/cache.ts';
import { unpackCriu } from '../../../conformance/peers.ts';
import type { Scene } from './scene.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface CriuScene {
  /** The environment in which the runtime finds criu. */
  readonly env: { readonly PATH: string };
  /** Skips the test when there is no criu, or it lacks a feature (`criu check --feature`). */
  readonly demand: (context: TestContext, feature?: string) => Promise<void>;
}

/** To be called once, after `useScene`. */
export function useCriu(scene: Scene): CriuScene {
  const env = { PATH };
  let missing: string | undefined;

  beforeAll(async () => {
    let ours: string;
    try {
      ours = unpackCriu();
      env.PATH = `${dirname(ours)}:${PATH}`;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      missing = `criu cannot be had: ${error.message}`;
      return;
    }
    // The machine has a /tmp of its own: a cache below it would hand the tests an older criu, or none.
    const { stdout: found } = await scene.machine.run(['sh', '-c', 'command -v criu'], { env });
    if (found.trim() !== ours) throw new Error(`the machine does not see ${ours}: move XDG_CACHE_HOME out of /tmp`);
    // What this host has configured is not what is tested.
    rmSync(scene.machine.path('/etc/criu'), { recursive: true, force: true });
    // It keeps what it finds out of the kernel in /run/criu.kdat: no test has left that behind.
    const { code, stdout, stderr } = await scene.machine.run(['criu', 'check'], { env, cwd: '/tmp' });
    if (code !== 0) missing = `criu check: ${stdout}${stderr}`;
  });

  const demand = async (context: TestContext, feature?: string) => {
    if (missing !== undefined) context.skip(missing);
    if (feature === undefined) return;
    const { code } = await scene.machine.run(['criu', 'check', '--feature', feature], { env });
    if (code !== 0) context.skip(`this kernel cannot do what criu calls ${feature}`);
  };
  return { env, demand };
}
