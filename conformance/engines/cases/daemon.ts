/** Containers outlive their daemon. */
import assert from 'node:assert/strict';
import { Skip } from '../../column.ts';
import type { Case } from '../rig/scene.ts';

const restarted =
  (signal: 'SIGTERM' | 'SIGKILL'): Case =>
  async (scene) => {
    const { restart } = scene.client;
    if (!restart) throw new Skip('there is no daemon');
    const stays = await scene.background();
    const ends = await scene.background([], ['sh', '-c', 'echo up; sleep 1.5; echo late; exit 9']);
    await scene.logged(ends, /up/);
    await restart(signal);
    assert.equal(await scene.inspect(stays, '.State.Running'), 'true');
    assert.equal(await scene.exec(stays, 'echo', 'word'), 'word');
    await scene.becomes(ends, '.State.Running', 'false');
    // Its containerd has died with it, and nobody asks containerd's own shim again.
    if (signal === 'SIGTERM' || scene.has('shim')) assert.equal(await scene.inspect(ends, '.State.ExitCode'), '9');
    if (signal === 'SIGTERM') assert.match(await scene.must('logs', ends), /late/);
    await scene.must('stop', stays);
    assert.equal(await scene.inspect(stays, '.State.ExitCode'), '0');
  };

export const daemon: Readonly<Record<string, Case>> = {
  'daemon: restart': restarted('SIGTERM'),
  'daemon: SIGKILL, restart': restarted('SIGKILL'),
};
