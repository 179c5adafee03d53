/** What an engine keeps an eye on: health, restarts, events. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, image } from '../rig/scene.ts';

const health: Case = async (scene) => {
  const flags = ['--health-cmd', 'test -f /tmp/ok', '--health-interval', '300ms', '--health-retries', '2'];
  const id = await scene.background(flags);
  if (scene.has('podman')) {
    // Its timers are systemd's.
    assert.equal((await scene.cli(['healthcheck', 'run', id])).code, 1);
    await scene.exec(id, 'touch', '/tmp/ok');
    assert.equal((await scene.cli(['healthcheck', 'run', id])).code, 0);
    return;
  }
  await scene.becomes(id, '.State.Health.Status', 'unhealthy');
  await scene.exec(id, 'touch', '/tmp/ok');
  await scene.becomes(id, '.State.Health.Status', 'healthy');
};

const policy: Case = async (scene) => {
  const id = await scene.background(['--restart', 'on-failure:2'], ['sh', '-c', 'echo run; exit 1']);
  await until(
    'three runs',
    async () => ((await scene.must('logs', id)).match(/run/g)?.length === 3 ? true : undefined),
    20_000,
  );
  await scene.becomes(id, '.State.Running', 'false');
  assert.equal(await scene.inspect(id, '.RestartCount'), '2');
};

const events: Case = async (scene) => {
  const since = String(Date.now() / 1000 - 1);
  const id = scene.id();
  assert.equal((await scene.cli(['run', '--name', id, image, 'sh', '-c', 'exit 5'])).code, 5);
  await scene.must('rm', id);
  const until = String(Date.now() / 1000 + 1);
  const output = await scene.must(
    'events',
    '--since',
    since,
    '--until',
    until,
    '--filter',
    `container=${id}`,
    '--format',
    '{{.Status}}',
  );
  const seen = output.split('\n');
  const order = ['create', 'start', 'die', 'died'].filter((word) => seen.includes(word));
  assert.deepEqual(seen.filter((word) => order.includes(word)).slice(0, 3), order);
};

export const watch: Readonly<Record<string, Case>> = { healthcheck: health, '--restart': policy, events };
