/** What people run: nginx, redis, postgres, of Debian's packages. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, services as from, type Scene } from '../rig/scene.ts';
import { page } from './network.ts';

export const nginxCommand = ['nginx', '-g', 'daemon off;'];
export const redisCommand = [
  'redis-server',
  '--dir',
  '/data',
  '--bind',
  '0.0.0.0',
  '--protected-mode',
  'no',
  '--appendonly',
  'yes',
];
/** As the image of postgres does: a cluster is made where there is none. */
export const postgresCommand = [
  'sh',
  '-c',
  'cd /usr/lib/postgresql/*/bin && chown postgres /data && chmod 700 /data && mkdir -p /run/postgresql && chown postgres /run/postgresql && ' +
    '{ test -e /data/PG_VERSION || su postgres -c "./initdb --no-sync -D /data" >/dev/null; } && ' +
    `exec su postgres -c "exec ./postgres -D /data -c fsync=off -c listen_addresses='*'"`,
];

const nginx: Case = async (scene) => {
  await scene.bring(from);
  const id = await scene.background(['-p', '127.0.0.1:18081:80'], nginxCommand, from);
  assert.match(await page(scene, '127.0.0.1:18081'), /Welcome to nginx/);
  await scene.must('stop', id);
  assert.equal(await scene.inspect(id, '.State.ExitCode'), '0');
};

/** Its client, until it answers. */
async function answer(scene: Scene, id: string, argv: readonly string[]): Promise<string> {
  return until(
    `${id} to answer`,
    async () => {
      const { code, stdout } = await scene.cli(['exec', id, ...argv]);
      return code === 0 ? stdout.trim() : undefined;
    },
    40_000,
  );
}

const redis: Case = async (scene) => {
  await scene.bring(from);
  const volume = scene.id();
  const id = await scene.background(['-v', `${volume}:/data`], redisCommand, from);
  assert.equal(await answer(scene, id, ['redis-cli', 'set', 'key', 'value']), 'OK');
  await scene.must('restart', id);
  assert.equal(await answer(scene, id, ['redis-cli', 'get', 'key']), 'value');
  await scene.must('stop', id);
  assert.equal(await scene.inspect(id, '.State.ExitCode'), '0');
  await scene.must('rm', id);
  await scene.must('volume', 'rm', volume);
};

const postgres: Case = async (scene) => {
  await scene.bring(from);
  const volume = scene.id();
  const flags = ['-v', `${volume}:/data`, '--shm-size', '64m', '--stop-signal', 'INT'];
  const id = await scene.background(flags, postgresCommand, from);
  const query = (text: string) => answer(scene, id, ['su', 'postgres', '-c', `psql -tAc '${text}'`]);
  await query('create table t as select generate_series(1, 1000) n');
  assert.equal(await query('select sum(n) from t'), '500500');
  await scene.must('restart', id);
  assert.equal(await query('select count(*) from t'), '1000');
  await scene.remove(id);
  await scene.must('volume', 'rm', volume);
};

export const serving: Readonly<Record<string, Case>> = { nginx, redis, postgres };
