/** Which events come, in which order, with which fields: docker relies on all of it. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Event } from '../rig/events.ts';
import type { Case, Scene } from '../rig/scene.ts';

/** `start` of the container, `exit e` of the process e of it. */
function short({ topic, fields }: Event, container: string): string {
  const process = fields.exec_id ?? fields.id;
  const name = topic.replace('/tasks/', '');
  return process === undefined || process === container ? name : `${name} ${process}`;
}

/** The names of all events of a life; that of the last is there, whether a careless shim has sent it or not. */
function namesOf(scene: Scene, events: readonly Event[], id: string): string[] {
  const names = events.map((event) => short(event, id));
  return scene.shim.isCareless && !names.includes('delete') ? [...names, 'delete'] : names;
}

const ofALife: Case = async (scene) => {
  const id = scene.id();
  const ids = { container_id: id };
  const { code } = await scene.run(['sh', '-c', 'exit 7'], { id });
  assert.equal(code, 7);
  const events = await scene.eventsOfLife(id);
  assert.deepEqual(namesOf(scene, events, id), ['create', 'start', 'exit', 'delete']);
  const [create, start, exit, end] = events.map(({ fields }) => fields);
  const pid = create?.pid;
  assert.ok(Number(pid) > 1, `pid ${pid}`);
  assert.equal(create?.bundle, `/run/containerd/io.containerd.runtime.v2.task/e2e/${id}`);
  assert.deepEqual(start, { ...ids, pid });
  assert.equal(exit?.exit_status, 7);
  assert.deepEqual(exit, { ...ids, id, pid, exit_status: 7, exited_at: exit?.exited_at });
  if (end) assert.deepEqual(end, { ...ids, pid, exit_status: 7, exited_at: exit?.exited_at });
};

/** A process that ends before anybody could have answered the start: its exit still comes after. Twenty of them. */
const shortLived: Case = async (scene) => {
  const id = await scene.background();
  await Promise.all(
    [1, 2].map(async (worker) => {
      for (let i = 0; i < 10; i++) assert.equal((await scene.exec(id, ['true'], { id: `e-${worker}-${i}` })).code, 0);
    }),
  );
  await scene.exitOf(id, 'e-1-9');
  await scene.exitOf(id, 'e-2-9');
  const names = scene.rig.events.of(id).map((event) => short(event, id));
  for (const worker of [1, 2]) {
    for (let i = 0; i < 10; i++) {
      const name = `e-${worker}-${i}`;
      const order = names.filter((text) => text.endsWith(` ${name}`));
      assert.deepEqual(order, [`exec-added ${name}`, `exec-started ${name}`, `exit ${name}`]);
    }
  }
  await scene.end(id);
};

/** The exit of the first process is the last, whatever else was running. */
const initLast: Case = async (scene) => {
  const id = await scene.background();
  const execs = ['a', 'b', 'c'].map((name) => ({
    name,
    command: scene.spawnExec(id, ['sh', '-c', 'echo up; exec sleep 100'], { id: name }),
  }));
  for (const { name, command } of execs) await until(name, () => command.stdout.includes('up') || undefined);
  await scene.task('kill', '--signal', 'KILL', id);
  await scene.becomes(id, 'STOPPED');
  for (const { command } of execs) assert.equal((await command.result()).code, 137);
  await scene.task('delete', id);
  const names = namesOf(scene, await scene.eventsOfLife(id), id);
  assert.deepEqual(names.slice(-2), ['exit', 'delete']);
  assert.deepEqual(names.slice(-5, -2).sort(), ['exit a', 'exit b', 'exit c']);
  await scene.forget(id);
};

export const events: Readonly<Record<string, Case>> = {
  'events: of a life': ofALife,
  'events: of short execs': shortLived,
  "events: init's exit last": initLast,
};
