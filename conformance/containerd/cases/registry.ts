/** An image that comes from a registry (Debian's docker-registry, on the machine's loopback). */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import { imageName } from '../rig/image.ts';
import type { Case } from '../rig/scene.ts';

const address = '127.0.0.1:15000';
const remote = `${address}/busybox:1`;

const settings = `version: 0.1
storage: { filesystem: { rootdirectory: /run/output/registry } }
http: { addr: ${address} }
`;

const pull: Case = async (scene) => {
  const { rig } = scene;
  writeFileSync(rig.machine.path('/run/output/registry.yml'), settings);
  const registry = rig.machine.spawn(['docker-registry', 'serve', '/run/output/registry.yml'], { env: rig.env });
  await rig.mustCtr(['images', 'tag', imageName, remote]);
  await until('the registry', () => registry.stderr.includes('listening on') || undefined);
  await rig.mustCtr(['images', 'push', '--plain-http', remote]);
  // Nothing of it is left in containerd's store: all has to come from the registry.
  await rig.mustCtr(['images', 'remove', '--sync', imageName, remote]);
  // (For runtimes that are not its own containerd keeps what a checkpoint was made of.)
  const rest = (await rig.mustCtr(['content', 'list', '--quiet'])).split('\n').filter(Boolean);
  if (rest.length > 0) await rig.mustCtr(['content', 'rm', ...rest]);
  await rig.mustCtr(['images', 'pull', '--plain-http', remote]);
  const id = scene.id();
  const { code, stdout } = await rig.ctr([
    'run',
    '--rm',
    ...scene.shim.flags,
    remote,
    id,
    'sh',
    '-c',
    'echo $FROM_IMAGE',
  ]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'yes\n' });
  await rig.mustCtr(['images', 'tag', remote, imageName]);
  await rig.mustCtr(['images', 'remove', remote]);
  registry.child.kill('SIGTERM');
  await registry.result();
};

export const registry: Readonly<Record<string, Case>> = { 'pull from a registry': pull };
