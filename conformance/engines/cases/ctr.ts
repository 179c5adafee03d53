/** nginx, redis and postgres under containerd alone: `ctr`, and a root file system for an image. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case, Scene } from '../rig/scene.ts';
import { page } from './network.ts';
import { nginxCommand, postgresCommand, redisCommand } from './services.ts';

/** Unpacked once for all. */
async function rootfs(scene: Scene): Promise<string> {
  const folder = '/var/tmp/services';
  const script = `test -e ${folder}.ready || { mkdir ${folder} && tar -xf /images/services.tar -C ${folder} && mkdir -p ${folder}/data && touch ${folder}.ready; }`;
  await scene.machine.must(['sh', '-c', script], { timeout: 100_000 });
  return folder;
}

async function start(scene: Scene, id: string, argv: readonly string[]): Promise<void> {
  const folder = `/var/tmp/${id}-data`;
  await scene.machine.must(['mkdir', '-p', folder]);
  const mount = `type=bind,src=${folder},dst=/data,options=rbind:rw`;
  const flags = ['--runtime', scene.client.runtime ?? '', '--detach', '--null-io', '--net-host', '--mount', mount];
  const path = ['--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  await scene.must('run', ...flags, ...path, '--rootfs', await rootfs(scene), id, ...argv);
}

async function end(scene: Scene, id: string): Promise<void> {
  await scene.must('task', 'kill', '-s', 'SIGKILL', '-a', id);
  await until('its end', async () => (/STOPPED/.test(await scene.must('task', 'ls')) ? true : undefined));
  await scene.must('task', 'delete', id);
  await scene.must('container', 'delete', id);
}

const exec = (scene: Scene, id: string, argv: readonly string[]) =>
  until(
    `${id} to answer`,
    async () => {
      const { code, stdout } = await scene.cli(['task', 'exec', '--exec-id', scene.id(), id, ...argv]);
      return code === 0 ? stdout.trim() : undefined;
    },
    40_000,
  );

const nginx: Case = async (scene) => {
  const id = scene.id();
  await start(scene, id, nginxCommand);
  assert.match(await page(scene, '127.0.0.1:80'), /Welcome to nginx/);
  await end(scene, id);
};

const redis: Case = async (scene) => {
  const id = scene.id();
  await start(scene, id, redisCommand);
  assert.equal(await exec(scene, id, ['redis-cli', 'set', 'key', 'value']), 'OK');
  await end(scene, id);
  await start(scene, id, redisCommand);
  assert.equal(await exec(scene, id, ['redis-cli', 'get', 'key']), 'value');
  await end(scene, id);
};

const postgres: Case = async (scene) => {
  const id = scene.id();
  const query = (text: string) => exec(scene, id, ['su', 'postgres', '-c', `psql -tAc '${text}'`]);
  await start(scene, id, postgresCommand);
  await query('create table t as select generate_series(1, 1000) n');
  await end(scene, id);
  await start(scene, id, postgresCommand);
  assert.equal(await query('select sum(n) from t'), '500500');
  await end(scene, id);
};

export const ctr: Readonly<Record<string, Case>> = { nginx, redis, postgres };
