/** A paused container does nothing, and goes on where it was. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

const pauseAndResume: Case = async (scene) => {
  const id = scene.id();
  const command = scene.spawn(['sh', '-c', 'while :; do echo -n .; sleep 0.02; done'], { id });
  const beats = () => command.stdout.length;
  await until('the container', () => beats() > 3 || undefined);
  await scene.task('pause', id);
  assert.equal((await scene.state(id))?.status, 'PAUSED');
  await sleep(100); // what was on its way has arrived
  const before = beats();
  await sleep(200);
  assert.equal(beats(), before);
  await scene.task('resume', id);
  assert.equal((await scene.state(id))?.status, 'RUNNING');
  await until('more of it', () => beats() > before + 3 || undefined);
  await scene.task('kill', '--signal', 'KILL', id);
  assert.equal((await command.result()).code, 137);
  await scene.exitOf(id);
  const topics = scene.rig.events.of(id).map(({ topic }) => topic.replace('/tasks/', ''));
  assert.deepEqual(topics.slice(0, 5), ['create', 'start', 'paused', 'resumed', 'exit']);
};

export const pause: Readonly<Record<string, Case>> = { 'pause and resume': pauseAndResume };
