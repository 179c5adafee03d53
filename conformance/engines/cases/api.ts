/** docker's API from Node, as people script it: dockerode. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, image, patient, type Scene } from '../rig/scene.ts';

function connect(scene: Scene, timeout?: number): Docker {
  scene.needs('docker', 'docker’s API');
  return new Docker({ socketPath: scene.machine.path('/run/docker.sock'), ...(timeout ? { timeout } : {}) });
}

const codeOf = async (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'none',
    (error: { statusCode?: number; code?: string }) => error.statusCode ?? error.code,
  );

async function started(scene: Scene, docker: Docker, argv: readonly string[] = patient): Promise<Docker.Container> {
  const container = await docker.createContainer({ name: scene.id(), Image: image, Cmd: [...argv] });
  await container.start();
  return container;
}

const about: Case = async (scene) => {
  const docker = connect(scene);
  const { Version, ApiVersion } = await docker.version();
  assert.match(Version, /^\d+\./);
  assert.match(ApiVersion, /^1\./);
  const { DefaultRuntime, Runtimes } = await docker.info();
  if (scene.has('hoist')) assert.equal(DefaultRuntime, 'hoist');
  assert.ok(DefaultRuntime in Runtimes);
};

const life: Case = async (scene) => {
  const docker = connect(scene);
  const container = await docker.createContainer({
    name: scene.id(),
    Image: image,
    Cmd: ['sh', '-c', 'read a; echo "got $a"; echo err >&2; exit 6'],
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => [out, err].map((one) => one.end()));
  // What a container that was never started waits for is over at once.
  const waiting = container.wait({ condition: 'next-exit' });
  await container.start();
  stream.write('word\n');
  assert.equal((await waiting).StatusCode, 6);
  assert.deepEqual([await text(out), await text(err)], ['got word\n', 'err\n']);
  const logs = await container.logs({ stdout: true, stderr: false });
  assert.match(logs.toString(), /got word/);
  assert.equal((await container.inspect()).State.ExitCode, 6);
  await container.remove();
};

const exec: Case = async (scene) => {
  const docker = connect(scene);
  const container = await started(scene, docker);
  const run = await container.exec({
    Cmd: ['sh', '-c', 'id -u; exit 3'],
    User: '1000',
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await run.start({});
  const out = new PassThrough();
  docker.modem.demuxStream(stream, out, out);
  stream.on('end', () => out.end());
  assert.equal(await text(out), '1000\n');
  assert.equal((await run.inspect()).ExitCode, 3);
  await container.remove({ force: true });
};

const watching: Case = async (scene) => {
  const docker = connect(scene);
  const stream = await docker.getEvents({ filters: { type: ['container'] } });
  let seen = '';
  stream.on('data', (data) => {
    seen += data;
  });
  const container = await started(scene, docker);
  const { pids_stats, memory_stats } = await container.stats({ stream: false });
  assert.ok((pids_stats?.current ?? 0) >= 1 && memory_stats.usage > 0);
  assert.match(JSON.stringify(await container.top()), /trap/);
  await container.pause();
  await container.unpause();
  await container.resize({ h: 20, w: 80 }).catch(() => undefined);
  await container.stop({ t: 1 });
  await container.remove();
  const actions = ['create', 'start', 'pause', 'unpause', 'die', 'destroy'];
  await until('all events', () =>
    actions.every((action) => seen.includes(`"Action":"${action}"`)) ? true : undefined,
  );
  (stream as unknown as { destroy(): void }).destroy();
};

/** By their classes: what is not there, what is not running, what is there already, what may not be, what takes too long. */
const errors: Case = async (scene) => {
  const docker = connect(scene);
  assert.equal(await codeOf(docker.getContainer('nobody').inspect()), 404);
  assert.equal(await codeOf(docker.createContainer({ Image: 'hoist.test/none' })), 404);
  const container = await started(scene, docker);
  assert.equal(await codeOf(container.start()), 304);
  assert.match(String(await codeOf(container.unpause())), /^(409|500)$/);
  const { name } = await container.inspect().then(({ Name }) => ({ name: Name.slice(1) }));
  assert.equal(await codeOf(docker.createContainer({ name, Image: image, Cmd: ['true'] })), 409);
  assert.equal(await codeOf(container.remove()), 409);
  await container.kill();
  await container.wait();
  assert.equal(await codeOf(container.kill()), 409);
  assert.equal(await codeOf(container.exec({ Cmd: ['true'] })), 409);
  assert.equal(await codeOf(container.stop()), 304);
  await container.remove();
  const refused = await docker.createContainer({ name: scene.id(), Image: image, Cmd: ['/etc/passwd'] });
  await assert.rejects(refused.start(), /permission denied/);
  await refused.remove();
  const missing = await docker.createContainer({ name: scene.id(), Image: image, Cmd: ['/nope'] });
  await assert.rejects(missing.start(), /no such file or directory|executable file not found/);
  await missing.remove();
  const slow = await started(scene, docker);
  const impatient = connect(scene, 300);
  assert.match(String(await codeOf(impatient.getContainer(slow.id).stats({ stream: false }))), /ETIMEDOUT|ECONNRESET/);
  await slow.remove({ force: true });
};

export const api: Readonly<Record<string, Case>> = {
  'API: version, info': about,
  'API: create, attach, start, wait, logs, remove': life,
  'API: exec': exec,
  'API: events, stats, top, pause': watching,
  'API: errors': errors,
};
