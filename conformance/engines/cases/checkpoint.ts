/** Containers that criu writes to a disk and brings back. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import { Skip } from '../../column.ts';
import { type Case, image, type Scene } from '../rig/scene.ts';

const counter = ['sh', '-c', 'i=0; while :; do i=$((i+1)); echo $i > /count; sleep 0.1; done'];

async function counted(scene: Scene, id: string): Promise<number> {
  return until('the counter', async () => {
    const { stdout } = await scene.cli(['exec', id, 'cat', '/count']);
    return Number(stdout) || undefined;
  });
}

async function goesOn(scene: Scene, id: string, from: number): Promise<void> {
  const now = await counted(scene, id);
  assert.ok(now >= from && now < from + 100, `${from} and then ${now}`);
  await until('more', async () => ((await counted(scene, id)) > now ? true : undefined));
}

const checkpoint: Case = async (scene) => {
  if (scene.has('docker') && scene.has('plugins'))
    throw new Skip('docker 28 cannot start from a checkpoint, whatever the runtime: it mounts /proc/0/ns/net');
  const flags = scene.has('docker') ? ['--security-opt', 'seccomp=unconfined'] : [];
  const id = scene.id();
  await scene.must('run', '-d', '--name', id, ...flags, image, ...counter);
  const before = await counted(scene, id);
  if (scene.has('docker')) {
    await scene.must('checkpoint', 'create', id, 'first');
    await scene.becomes(id, '.State.Running', 'false');
    await scene.must('start', '--checkpoint', 'first', id);
  } else {
    await scene.must('container', 'checkpoint', id);
    await scene.must('container', 'restore', id);
  }
  await goesOn(scene, id, before);
};

const leaveRunning: Case = async (scene) => {
  scene.needs('docker', 'docker’s');
  const id = scene.id();
  await scene.must('run', '-d', '--name', id, '--security-opt', 'seccomp=unconfined', image, ...counter);
  const before = await counted(scene, id);
  await scene.must('checkpoint', 'create', '--leave-running', id, 'kept');
  await goesOn(scene, id, before);
  assert.match(await scene.must('checkpoint', 'ls', id), /kept/);
};

export const checkpoints: Readonly<Record<string, Case>> = {
  'checkpoint, restore': checkpoint,
  'checkpoint --leave-running': leaveRunning,
};
