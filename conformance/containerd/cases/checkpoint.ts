/** Checkpoints, and containers that go on from one: criu does it. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../test/integration/harness/until.ts';
import { Skip } from '../../column.ts';
import type { Case, Scene } from '../rig/scene.ts';

const image = 'hoist.test/checkpoint:1';
const counting = ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo $i >/count; sleep 0.05; done'];

const count = async (scene: Scene, id: string) => Number((await scene.exec(id, ['cat', '/count'])).stdout);

/** Into a folder; the container ends. */
const andExit: Case = async (scene) => {
  await demandCriu(scene);
  if (scene.rig.containerd.name.startsWith('1.') && scene.shim.name === 'hoist')
    throw new Skip('ctr 1.x hands --exit and --image-path on to shims called io.containerd.runc.* only');
  const id = await scene.background(counting);
  await scene.task('checkpoint', '--exit', '--image-path', '/run/output/image', '--work-path', '/run/output/work', id);
  await scene.becomes(id, 'STOPPED');
  assert.match(await scene.rig.machine.must(['ls', '/run/output/image']), /core-1\.img/);
  await scene.rig.ctr(['task', 'delete', id]);
  await scene.forget(id);
};

/** Into an image; the container goes on, and another one begins where it was. */
const andRestore: Case = async (scene) => {
  await demandCriu(scene);
  const id = await scene.background(counting);
  await until('a while', async () => ((await count(scene, id)) > 5 ? true : undefined));
  await scene.rig.mustCtr(['container', 'checkpoint', '--task', '--rw', '--image', id, image]);
  const then = await count(scene, id);
  await until('it to go on', async () => ((await count(scene, id)) > then ? true : undefined));
  await scene.end(id);
  await sleep(200);
  const restored = scene.id();
  const client = scene.rig.spawnCtr(['container', 'restore', '--live', '--rw', restored, image]);
  await scene.becomes(restored, 'RUNNING');
  const first = await count(scene, restored);
  assert.ok(first > 5 && first < then + 20, `restored at ${first}, after a checkpoint before ${then}`);
  await until('it to go on', async () => ((await count(scene, restored)) > first ? true : undefined));
  await scene.task('kill', '--signal', 'KILL', restored);
  await client.result();
  await scene.becomes(restored, 'STOPPED');
  assert.equal((await scene.exitOf(restored)).exit_status, 137);
  await scene.end(restored);
  await scene.rig.mustCtr(['images', 'remove', image]);
};

async function demandCriu(scene: Scene): Promise<void> {
  const { code, stdout, stderr } = await scene.rig.machine.run(['criu', 'check'], { env: scene.rig.env });
  if (code !== 0) throw new Skip(`criu check: ${stdout}${stderr}`);
}

export const checkpoint: Readonly<Record<string, Case>> = {
  'checkpoint and exit': andExit,
  'checkpoint and restore': andRestore,
};
