/** Signals: by name and number, to one process and to all. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, idle } from '../rig/scene.ts';

/** Says what it got; the inner shell is a second process of the container. */
const listener = (name: string) =>
  `trap "echo ${name} usr1" USR1; trap "echo ${name} usr2" USR2; trap "echo ${name} term; exit 5" TERM; echo ${name} up; while :; do sleep 0.05; done`;

const byName: Case = async (scene) => {
  const id = scene.id();
  const command = scene.spawn(['sh', '-c', listener('init')], { id });
  const says = (text: string) => until(text, () => command.stdout.includes(text) || undefined);
  await says('init up');
  await scene.task('kill', '--signal', 'SIGUSR1', id);
  await says('init usr1');
  await scene.task('kill', '--signal', '12', id);
  await says('init usr2');
  await scene.task('kill', id);
  assert.equal((await command.result()).code, 5);
};

const all: Case = async (scene) => {
  const id = scene.id();
  const script = `sh -c '${listener('child')}' & ${listener('init')}`;
  const command = scene.spawn(['sh', '-c', script], { id });
  const says = (text: string) => until(text, () => command.stdout.includes(text) || undefined);
  await says('init up');
  await says('child up');
  await scene.task('kill', '--signal', 'USR1', id);
  await says('init usr1');
  assert.doesNotMatch(command.stdout, /child usr1/);
  await scene.task('kill', '--all', '--signal', 'USR2', id);
  await says('init usr2');
  await says('child usr2');
  await scene.task('kill', '--all', '--signal', 'KILL', id);
  assert.equal((await command.result()).code, 137);
};

const finished: Case = async (scene) => {
  const id = await scene.background(['true']);
  await scene.becomes(id, 'STOPPED');
  assert.match(await scene.refused('task', 'kill', id), /process already finished: not found/);
  await scene.task('delete', id);
  assert.match(await scene.refused('task', 'kill', id), /not found/);
  await scene.forget(id);
};

const ofAnExec: Case = async (scene) => {
  const id = await scene.background();
  const command = scene.spawnExec(id, ['sh', '-c', listener('exec')], { id: 'e' });
  const says = (text: string) => until(text, () => command.stdout.includes(text) || undefined);
  await says('exec up');
  await scene.task('kill', '--exec-id', 'e', '--signal', 'USR1', id);
  await says('exec usr1');
  await scene.task('kill', '--exec-id', 'e', id);
  assert.equal((await command.result()).code, 5);
  assert.equal((await scene.state(id))?.status, 'RUNNING');
  await scene.end(id);
};

const ofAPaused: Case = async (scene) => {
  const id = await scene.background(idle);
  await scene.task('pause', id);
  await scene.task('kill', '--signal', 'KILL', id);
  await scene.becomes(id, 'STOPPED');
  await scene.task('delete', id);
  await scene.forget(id);
};

export const kill: Readonly<Record<string, Case>> = {
  'kill: by name and number': byName,
  'kill: --all': all,
  'kill: what is finished': finished,
  'kill: an exec': ofAnExec,
  'kill: what is paused': ofAPaused,
};
