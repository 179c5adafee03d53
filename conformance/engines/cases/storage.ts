/** What outlives a container, and what it shares with the host. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type Case, image } from '../rig/scene.ts';

const volumes: Case = async (scene) => {
  const volume = scene.id();
  await scene.must('volume', 'create', volume);
  const id = await scene.background(['-v', `${volume}:/data`]);
  await scene.exec(id, 'sh', '-c', 'echo word > /data/file');
  await scene.must('restart', '-t', '0', id);
  assert.equal(await scene.exec(id, 'cat', '/data/file'), 'word');
  await scene.remove(id);
  assert.equal(await scene.output(['-v', `${volume}:/data:ro`], ['cat', '/data/file']), 'word');
  assert.notEqual((await scene.run(['-v', `${volume}:/data:ro`], ['touch', '/data/other'])).code, 0);
  await scene.must('volume', 'rm', volume);
};

/** A new volume gets what the image has there. */
const populated: Case = async (scene) => {
  const volume = scene.id();
  assert.match(await scene.output(['-v', `${volume}:/etc`], ['cat', '/etc/passwd']), /^root:/);
  await scene.must('volume', 'rm', volume);
};

const bind: Case = async (scene) => {
  const folder = `/tmp/${scene.id()}`;
  mkdirSync(scene.machine.path(`${folder}/sub`), { recursive: true });
  chmodSync(scene.machine.path(folder), 0o777);
  writeFileSync(scene.machine.path(`${folder}/file`), 'word');
  assert.equal(
    await scene.output(['-v', `${folder}:/data`], ['sh', '-c', 'echo more > /data/other; cat /data/file']),
    'word',
  );
  assert.equal(scene.machine.read(`${folder}/other`), 'more\n');
  assert.equal(
    await scene.output(['--mount', `type=bind,src=${folder}/file,dst=/one,readonly`], ['cat', '/one']),
    'word',
  );
  assert.notEqual((await scene.run(['-v', `${folder}:/data:ro`], ['touch', '/data/no'])).code, 0);
  assert.notEqual(
    (await scene.cli(['run', '--rm', '--mount', `type=bind,src=${folder}/none,dst=/one`, image, 'true'])).code,
    0,
  );
};

const propagation: Case = async (scene) => {
  const folder = `/tmp/${scene.id()}`;
  const { machine } = scene;
  mkdirSync(machine.path(folder));
  await machine.must(['mount', '-t', 'tmpfs', 'tmpfs', folder]);
  await machine.must(['mount', '--make-shared', folder]);
  mkdirSync(machine.path(`${folder}/sub`));
  const id = await scene.background(['-v', `${folder}:/data:rslave`]);
  await machine.must(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', `${folder}/sub`]);
  assert.match(await scene.exec(id, 'cat', '/proc/mounts'), / \/data\/sub tmpfs/);
  await scene.remove(id);
  await machine.must(['umount', '-R', folder]);
};

const tmpfs: Case = async (scene) => {
  const output = await scene.output(
    ['--tmpfs', '/data:size=3m,mode=1770'],
    ['sh', '-c', 'df -k /data | tail -1; stat -c %a /data'],
  );
  assert.match(output, /\b3072\b[\s\S]*1770/);
};

export const storage: Readonly<Record<string, Case>> = {
  'volumes, over restarts': volumes,
  'volumes: what the image has': populated,
  'bind mounts': bind,
  'bind mounts: propagation': propagation,
  '--tmpfs': tmpfs,
};
