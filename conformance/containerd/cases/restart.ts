/** containerd ends and comes back: the containers do not notice. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case } from '../rig/scene.ts';

const restart =
  (signal: 'SIGTERM' | 'SIGKILL'): Case =>
  async (scene) => {
    const { rig } = scene;
    const id = await scene.background(['sh', '-c', 'while :; do date +%s%N >/beat; sleep 0.05; done']);
    const second = await scene.background();
    const before = await scene.pid(id);
    await scene.exec(id, ['sh', '-c', 'until [ -e /go ]; do sleep 0.05; done; exit 5'], {
      id: 'long',
      flags: ['--detach'],
    });
    await rig.daemon.stop(signal);
    await rig.daemon.start('debug');
    await rig.events.start();
    assert.deepEqual(await scene.state(id), { status: 'RUNNING', pid: before });
    const beat = async () => (await scene.exec(id, ['cat', '/beat'])).stdout;
    const first = await beat();
    await until('the next beat', async () => ((await beat()) === first ? undefined : true));
    assert.equal((await scene.exec(id, ['sh', '-c', 'touch /go; exit 9'])).code, 9);
    assert.equal((await scene.exitOf(id, 'long')).exit_status, 5);
    // Shims that are started from now on are told to say more (-debug).
    assert.equal((await scene.run(['sh', '-c', 'exit 3'])).code, 3);
    await scene.task('kill', '--signal', 'KILL', id);
    const { pid, exit_status } = await scene.exitOf(id);
    assert.deepEqual({ pid, exit_status }, { pid: before, exit_status: 137 });
    await scene.becomes(id, 'STOPPED');
    await rig.ctr(['task', 'delete', id]);
    await scene.eventsOfLife(id);
    await scene.forget(id);
    await scene.end(second);
  };

/** What ended while nobody looked: 1.6 still tells how; later ones take the task away when they come back. The container stays. */
const endedMeanwhile: Case = async (scene) => {
  const { rig } = scene;
  const id = await scene.background(['sh', '-c', 'until [ -e /end ]; do sleep 0.05; done; exit 8']);
  const pid = await scene.pid(id);
  await rig.daemon.stop('SIGKILL');
  await rig.machine.must(['touch', `/proc/${pid}/root/end`]);
  await until('the container to end', async () => {
    const { code } = await rig.machine.run(['kill', '-0', String(pid)]);
    return code === 0 ? undefined : true;
  });
  await rig.daemon.start();
  await rig.events.start();
  if (scene.isAtLeast('1.7')) {
    await until('the task to be taken away', async () => ((await scene.state(id)) ? undefined : true));
  } else {
    await scene.becomes(id, 'STOPPED');
    assert.match((await rig.ctr(['task', 'delete', id])).stderr, /exit code 8/);
  }
  await scene.forget(id);
};

export const restarts: Readonly<Record<string, Case>> = {
  'restart: SIGTERM': restart('SIGTERM'),
  'restart: SIGKILL': restart('SIGKILL'),
  'restart: ended meanwhile': endedMeanwhile,
};
