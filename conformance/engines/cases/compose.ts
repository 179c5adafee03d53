/** A project of nginx, redis and postgres: brought up, scaled, taken down, brought up again. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, type Scene, services } from '../rig/scene.ts';
import { page } from './network.ts';
import { nginxCommand, postgresCommand, redisCommand } from './services.ts';

const check = (test: string) => ({ test, interval: '500ms', timeout: '5s', retries: 60 });
/** A dollar is compose's. */
const escaped = (argv: readonly string[]) => argv.map((word) => word.replaceAll('$', '$$$$'));

const project = {
  services: {
    web: {
      build: '.',
      command: nginxCommand,
      ports: ['127.0.0.1:18082:80'],
      depends_on: { store: { condition: 'service_healthy' }, database: { condition: 'service_healthy' } },
    },
    store: {
      image: services,
      command: escaped(redisCommand),
      volumes: ['store:/data'],
      healthcheck: check('redis-cli ping | grep PONG'),
    },
    database: {
      image: services,
      command: escaped(postgresCommand),
      volumes: ['database:/data'],
      shm_size: '64m',
      stop_signal: 'SIGINT',
      healthcheck: check('su postgres -c "psql -c \'select 1\'"'),
    },
    worker: {
      image: services,
      command: ['sh', '-c', 'until redis-cli -h store incr workers; do sleep 0.1; done; exec sleep 1000'],
      init: true,
      depends_on: ['store'],
      deploy: { resources: { limits: { cpus: '0.5', memory: '100m' } } },
    },
  },
  volumes: { store: {}, database: {} },
};

async function composer(scene: Scene): Promise<(...args: string[]) => Promise<string>> {
  const folder = `/tmp/${scene.id()}`;
  mkdirSync(scene.machine.path(folder));
  writeFileSync(scene.machine.path(`${folder}/compose.yaml`), JSON.stringify(project));
  writeFileSync(
    scene.machine.path(`${folder}/Dockerfile`),
    `FROM ${services}\nRUN echo "made by compose" > /var/www/html/index.html\n`,
  );
  return async (...args) => {
    const { code, stdout, stderr } = await scene.cli(['compose', '-p', 'project', ...args], {
      cwd: folder,
      timeout: 150_000,
    });
    assert.equal(code, 0, `compose ${args.join(' ')}: ${stderr}${stdout}`);
    return stdout.trim();
  };
}

const compose: Case = async (scene) => {
  scene.needs('plugins', 'this Debian has no compose 2');
  await scene.bring(services);
  const ask = await composer(scene);
  const redis = (...words: string[]) => ask('exec', '-T', 'store', 'redis-cli', ...words);
  const query = (text: string) => ask('exec', '-T', 'database', 'su', 'postgres', '-c', `psql -tAc "${text}"`);
  await ask('up', '-d', '--build');
  assert.match(await page(scene, '127.0.0.1:18082'), /made by compose/);
  assert.equal(await redis('set', 'key', 'value'), 'OK');
  await query('create table t as select 42 as n');
  await ask('up', '-d', '--scale', 'worker=3');
  await until('three workers', async () => ((await redis('get', 'workers')) === '3' ? true : undefined));
  assert.equal((await ask('ps', '-q', 'worker')).split('\n').length, 3);
  assert.match(await ask('logs', 'database'), /ready to accept connections/);
  await ask('restart', '-t', '1', 'web');
  await page(scene, '127.0.0.1:18082');
  await ask('down', '-t', '2');
  assert.equal(await ask('ps', '-aq'), '');
  await ask('up', '-d', 'web');
  assert.equal(await query('select n from t'), '42');
  assert.equal(await redis('get', 'key'), 'value');
  await ask('down', '-v', '-t', '2');
  assert.doesNotMatch(await scene.must('volume', 'ls', '-q'), /project/);
};

export const composing: Readonly<Record<string, Case>> = { compose };
