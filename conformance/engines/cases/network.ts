/** Networks of the engine: hoist has only to leave them alone, and to be there in time. */
import assert from 'node:assert/strict';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, image, type Scene } from '../rig/scene.ts';

const server = ['sh', '-c', 'mkdir /www; echo word > /www/index.html; echo up; exec httpd -f -p 80 -h /www'];

/** A page, once somebody serves it. */
export async function page(scene: Scene, address: string): Promise<string> {
  return until(`an answer of ${address}`, async () => {
    const { code, stdout } = await scene.machine.run(['curl', '-s', '-m', '2', `http://${address}/`]);
    return code === 0 ? stdout : undefined;
  });
}

const ports: Case = async (scene) => {
  await scene.background(['-p', '127.0.0.1:18080:80'], server);
  assert.equal(await page(scene, '127.0.0.1:18080'), 'word\n');
};

const bridge: Case = async (scene) => {
  const network = scene.id();
  await scene.must('network', 'create', network);
  const id = await scene.background(['--network', network], server);
  await scene.logged(id, /up/);
  const fetch = () => scene.run(['--network', network], ['wget', '-q', '-O', '-', `http://${id}/`]);
  await until('a page', async () => ((await fetch()).stdout === 'word\n' ? true : undefined));
  await scene.remove(id);
  await scene.must('network', 'rm', network);
};

const none: Case = async (scene) => {
  assert.equal(await scene.output(['--network', 'none'], ['ls', '/sys/class/net']), 'lo');
};

const link: Case = async (scene) => {
  scene.needs('docker', 'podman has no links');
  const id = await scene.background([], server);
  const output = await scene.output(
    ['--link', `${id}:there`],
    ['sh', '-c', 'until wget -q -O - http://there/; do sleep 0.1; done'],
  );
  assert.equal(output, 'word');
};

const connect: Case = async (scene) => {
  scene.needs('daemon', 'networks of a user without privileges are joined at the start');
  const network = scene.id();
  await scene.must('network', 'create', network);
  const id = await scene.background();
  await scene.must('network', 'connect', network, id);
  assert.match(await scene.exec(id, 'ls', '/sys/class/net'), /eth1/);
  await scene.must('network', 'disconnect', network, id);
  assert.doesNotMatch(await scene.exec(id, 'ls', '/sys/class/net'), /eth1/);
  await scene.remove(id);
  await scene.must('network', 'rm', network);
};

const files: Case = async (scene) => {
  const output = await scene.output(['--dns', '10.1.2.3', '-h', 'name'], ['cat', '/etc/resolv.conf', '/etc/hostname']);
  assert.match(output, /10\.1\.2\.3[\s\S]*name$/);
  assert.equal((await scene.cli(['run', '--rm', image, 'cat', '/etc/hosts'])).code, 0);
};

export const network: Readonly<Record<string, Case>> = {
  ports: ports,
  'network: names': bridge,
  'network: none': none,
  'network: connect': connect,
  '--link': link,
  '--dns': files,
};
