/** What only podman has: pods, user namespaces, Kubernetes' files. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type Case, image, type Scene } from '../rig/scene.ts';

const own = (scene: Scene) => scene.needs('podman', 'podman’s');

const pods: Case = async (scene) => {
  own(scene);
  const pod = scene.id();
  await scene.must('pod', 'create', '--infra=false', '--name', pod);
  await scene.background(['--pod', pod]);
  await scene.background(['--pod', pod]);
  assert.equal(await scene.must('pod', 'inspect', '--format', '{{.NumContainers}}', pod), '2');
  // Which takes a cgroup.
  if (!scene.has('rootless')) {
    await scene.must('pod', 'pause', pod);
    await scene.must('pod', 'unpause', pod);
  }
  await scene.must('pod', 'restart', pod);
  await scene.must('pod', 'rm', '-f', '-t', '0', pod);
};

const userNamespace: Case = async (scene) => {
  own(scene);
  const flags = ['--uidmap', '0:200000:1000', '--uidmap', '1000:100000:1000', '--gidmap', '0:200000:65536'];
  const output = await scene.output(flags, ['cat', '/proc/self/uid_map']);
  assert.deepEqual(output.trim().split(/\s+/), ['0', '200000', '1000', '1000', '100000', '1000']);
  const id = await scene.background(flags);
  assert.equal(await scene.exec(id, 'id', '-u'), '0');
  assert.equal(await scene.must('exec', '-u', '1000', id, 'id', '-u'), '1000');
};

const keepId: Case = async (scene) => {
  scene.needs('rootless', 'for users without privileges');
  assert.equal(await scene.output(['--userns', 'keep-id'], ['id', '-u']), '4242');
};

const kubernetes = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'of-a-file' },
  spec: {
    containers: [
      {
        name: 'one',
        image,
        command: ['sh', '-c', 'echo up; exec sleep 1000'],
        securityContext: { runAsUser: 1000, readOnlyRootFilesystem: true },
      },
    ],
  },
};

const play: Case = async (scene) => {
  own(scene);
  const file = `/tmp/${scene.id()}.yaml`;
  writeFileSync(scene.machine.path(file), JSON.stringify(kubernetes));
  await scene.must('pod', 'ls');
  const { code, stderr } = await scene.cli(['play', 'kube', '--network', 'host', file]);
  assert.equal(code, 0, stderr);
  assert.equal(await scene.must('exec', 'of-a-file-one', 'id', '-u'), '1000');
  await scene.must('play', 'kube', '--down', file);
};

const withoutGroups: Case = async (scene) => {
  own(scene);
  assert.equal(await scene.output(['--cgroups', 'disabled'], ['echo', 'word']), 'word');
  const id = await scene.background(['--cgroups', 'disabled']);
  await scene.must('stop', id);
};

export const podman: Readonly<Record<string, Case>> = {
  pods,
  uidmap: userNamespace,
  'keep-id': keepId,
  'play kube': play,
  '--cgroups disabled': withoutGroups,
};
