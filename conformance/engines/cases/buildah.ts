/** buildah: images made step by step, each in a container. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type Case, image, type Scene } from '../rig/scene.ts';

function asker(scene: Scene): (...args: string[]) => Promise<string> {
  scene.needs('podman', 'shares podman’s store');
  const { env, uid } = scene.client;
  return async (...args) => {
    const { code, stdout, stderr } = await scene.machine.run(['buildah', ...args], { env, uid, timeout: 100_000 });
    assert.equal(code, 0, `buildah ${args.join(' ')}: ${stderr}`);
    return args[0] === '--log-level' ? stderr : stdout.trim();
  };
}

const steps: Case = async (scene) => {
  const ask = asker(scene);
  const container = await ask('from', '--pull-never', image);
  assert.equal(await ask('run', container, '--', 'sh', '-c', 'echo word > /file; id -u'), '0');
  assert.equal(
    await ask(
      'run',
      '--user',
      '1000',
      '--workingdir',
      '/home/user',
      container,
      '--',
      'sh',
      '-c',
      'id -u; pwd; cat /file',
    ),
    '1000\n/home/user\nword',
  );
  if (scene.has('hoist'))
    assert.match(
      await ask('--log-level', 'debug', 'run', container, '--', 'true'),
      /Running .*hoist.*create|hoist create/,
    );
  await ask('config', '--cmd', 'cat /file', container);
  const tag = 'hoist.test/by-buildah';
  await ask('commit', container, tag);
  await ask('rm', container);
  assert.equal(await scene.must('run', '--rm', tag), 'word');
};

const bud: Case = async (scene) => {
  const ask = asker(scene);
  const folder = `/tmp/${scene.id()}`;
  const tag = 'hoist.test/by-bud';
  await scene.machine.must(['mkdir', '-m', '755', folder]);
  writeFileSync(
    scene.machine.path(`${folder}/Containerfile`),
    `FROM ${image}\nRUN id -u > /who\nUSER 1000\nRUN test "$(id -u)" = 1000\nCMD cat /who\n`,
  );
  await ask('bud', '-t', tag, folder);
  assert.equal(await scene.must('run', '--rm', tag), '0');
};

export const buildah: Readonly<Record<string, Case>> = { 'buildah: from, run, commit': steps, 'buildah: bud': bud };
