/** Images made by running what is in them. */
import assert from 'node:assert/strict';
import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { until } from '../../../test/integration/harness/until.ts';
import type { Case, Scene } from '../rig/scene.ts';

const recipe = `FROM hoist.test/busybox AS first
ARG WORD=none
RUN echo "$WORD" > /word && id -u && mkdir /folder && touch /folder/a /folder/b
FROM hoist.test/busybox
COPY --from=first /word /word
COPY file /copied
RUN cat /word /copied > /both
USER 1000
WORKDIR /home/user
CMD ["sh", "-c", "cat /both; id -u; pwd"]
`;

async function build(scene: Scene, flags: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const folder = `/tmp/${scene.id()}`;
  const tag = `hoist.test/built-${scene.id()}`;
  mkdirSync(scene.machine.path(folder));
  writeFileSync(scene.machine.path(`${folder}/Dockerfile`), recipe);
  writeFileSync(scene.machine.path(`${folder}/file`), 'copied\n');
  const options = { env: { ...scene.client.env, ...env }, timeout: 120_000 };
  const { code, stderr, stdout } = await scene.cli(
    ['build', ...flags, '--build-arg', 'WORD=word', '-t', tag, folder],
    options,
  );
  assert.equal(code, 0, stderr + stdout);
  assert.equal(await scene.must('run', '--rm', tag), 'word\ncopied\n1000\n/home/user');
  writeFileSync(scene.machine.path(`${folder}/Dockerfile`), `${recipe}RUN exit 9\n`);
  const failed = await scene.cli(['build', ...flags, folder], options);
  assert.notEqual(failed.code, 0);
  assert.match(failed.stderr + failed.stdout, /exit (?:code|status):? ?9|returned a non-zero code: 9|exit status 9/);
}

const classic: Case = async (scene) => {
  const own = scene.has('podman');
  await build(scene, own ? ['--isolation', 'oci'] : [], { DOCKER_BUILDKIT: '0' });
};

/** BuildKit has a runtime of its own, by whatever name: what its program is tells. */
async function usesHoist(scene: Scene): Promise<void> {
  const folder = `/tmp/${scene.id()}`;
  mkdirSync(scene.machine.path(folder));
  writeFileSync(scene.machine.path(`${folder}/Dockerfile`), 'FROM hoist.test/busybox\nRUN sleep 2\n');
  const building = scene.spawn(['build', folder], { env: { ...scene.client.env, DOCKER_BUILDKIT: '1' } });
  const program = await until('a step of the build', () => {
    const [runtime] = scene.processes('json run --bundle');
    return runtime && readlinkSync(scene.machine.path(`/proc/${runtime.split(' ')[0]}/exe`));
  });
  assert.match(program, /hoist/);
  assert.equal((await building.result()).code, 0);
}

const buildkit: Case = async (scene) => {
  scene.needs('docker', 'docker’s');
  await build(scene, [], { DOCKER_BUILDKIT: '1' });
  if (scene.has('hoist')) await usesHoist(scene);
};

const network: Case = async (scene) => {
  const folder = `/tmp/${scene.id()}`;
  mkdirSync(scene.machine.path(folder));
  writeFileSync(
    scene.machine.path(`${folder}/Dockerfile`),
    'FROM hoist.test/busybox\nRUN ls /sys/class/net && test -e /sys/class/net/lo\n',
  );
  await scene.must('build', '--network', 'none', folder);
  await scene.must('build', '--network', 'host', folder);
};

export const builds: Readonly<Record<string, Case>> = {
  build: classic,
  'build: BuildKit': buildkit,
  'build: --network': network,
};
