/** What hoist's shim is told by its caller (docs/shim.md, Settings): containerd's own reads none of this from a file. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { Skip } from '../../column.ts';
import type { Case, Scene } from '../rig/scene.ts';

const file = '/run/output/shim.toml';

/** Flags of `ctr run` that hand over a file of settings (runtimeoptions.v1.Options). */
function settings(scene: Scene, toml: string): string[] {
  if (scene.shim.isCareless) throw new Skip("containerd's own has no such settings");
  writeFileSync(scene.rig.machine.path(file), toml);
  return ['--null-io', '--runtime-config-path', file];
}

/** One shim for all containers of a namespace, which ends with the last of them. */
const perNamespace: Case = async (scene) => {
  const flags = settings(scene, 'Grouping = "namespace"\n');
  const ids = await Promise.all([1, 2, 3].map(() => scene.background(undefined, { flags })));
  const alone = await scene.background();
  const shims = await Promise.all(ids.map((id) => scene.shimOf(id)));
  assert.equal(new Set(shims).size, 1);
  assert.notEqual(await scene.shimOf(alone), shims[0]);
  for (const id of [...ids, alone]) await scene.end(id);
};

/** The group of the shim must be there (as for containerd's own); the container has its own. */
const places: Case = async (scene) => {
  const flags = settings(scene, 'Root = "/run/output/root"\nShimCgroup = "/shims"\n');
  const { machine } = scene.rig;
  await machine.must(['mkdir', '/sys/fs/cgroup/memory/shims', '/sys/fs/cgroup/cpu/shims']);
  const id = await scene.background(undefined, { flags });
  assert.ok(existsSync(machine.path(`/run/output/root/e2e/${id}/state.json`)));
  assert.match(machine.read(`/proc/${await scene.shimOf(id)}/cgroup`), /:memory:.*\/shims$/m);
  assert.doesNotMatch(machine.read(`/proc/${await scene.pid(id)}/cgroup`), /\/shims/);
  await scene.end(id);
  assert.ok(!existsSync(machine.path(`/run/output/root/e2e/${id}`)));
  await machine.must(['sh', '-c', 'until rmdir /sys/fs/cgroup/*/shims 2>/dev/null; do sleep 0.05; done']);
};

const wrong: Case = async (scene) => {
  const flags = settings(scene, 'Grouping = "sometimes"\n');
  const { code, stderr } = await scene.run(['true'], { flags });
  assert.equal(code, 1);
  assert.match(stderr, /sometimes/);
};

export const fileOfSettings: Readonly<Record<string, Case>> = {
  'settings: one shim for all': perNamespace,
  'settings: root, cgroup': places,
  'settings: wrong': wrong,
};
