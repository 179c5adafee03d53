/** Images that come from elsewhere: docker-registry on loopback. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import { type Case, image } from '../rig/scene.ts';

const registryAddress = '127.0.0.1:15000';
const settings = `version: 0.1
storage: { filesystem: { rootdirectory: /tmp/registry } }
http: { addr: ${registryAddress} }
`;

const pushPull: Case = async (scene) => {
  const { machine } = scene;
  writeFileSync(machine.path('/tmp/registry.yml'), settings);
  const registry = machine.spawn(['docker-registry', 'serve', '/tmp/registry.yml'], { timeout: 0 });
  try {
    await until('the registry', async () =>
      (await machine.run(['curl', '-sf', `http://${registryAddress}/v2/`])).code === 0 ? true : undefined,
    );
    const id = await scene.background();
    await scene.exec(id, 'sh', '-c', 'echo layer > /layer');
    const tag = `${registryAddress}/some/image:1`;
    await scene.must('commit', id, tag);
    await scene.must('push', tag);
    await scene.remove(id);
    await scene.must('rmi', tag);
    await scene.must('pull', tag);
    assert.equal(await scene.must('run', '--rm', tag, 'cat', '/layer'), 'layer');
    await scene.must('rmi', tag);
    assert.equal(await scene.must('run', '--rm', '--pull', 'always', tag, 'cat', '/layer'), 'layer');
    await scene.must('rmi', tag);
    assert.equal((await scene.cli(['run', '--rm', `${registryAddress}/none`, 'true'])).code, 125);
    const archive = `/tmp/${scene.id()}.tar`;
    await scene.must('save', '-o', archive, image);
    await scene.must('load', '-i', archive);
  } finally {
    registry.child.kill('SIGTERM');
    await registry.result();
  }
};

export const registry: Readonly<Record<string, Case>> = { 'registry: push, pull, run': pushPull };
