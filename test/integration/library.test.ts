/** The README's example of the library, word for word: an installed package, compiled, under Node, with a real container. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configure } from './harness/bundle.ts';
import { useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const repository = new URL('../../', import.meta.url).pathname;

/** Puts the package where `import 'hoist'` finds it from /run/project, and Node, which the machine's empty /tmp may hide. */
function installPackage(): void {
  const folder = scene.machine.path('/run/project/node_modules/hoist');
  mkdirSync(folder, { recursive: true });
  cpSync(process.execPath, scene.machine.path('/run/project/node'), { dereference: true });
  for (const part of ['package.json', 'dist/lib', 'dist/bin/hoist.node']) {
    cpSync(`${repository}${part}`, `${folder}/${part}`, { recursive: true });
  }
}

function example(): string {
  const code = /^```js\n(import .* from 'hoist';\n(?:.*\n)*?)^```$/m.exec(
    readFileSync(`${repository}README.md`, 'utf8'),
  )?.[1];
  if (code === undefined) throw new Error('README.md has no example of the library');
  return code;
}

it.runIf(isHoist)("the README's example runs", async () => {
  scene.later(async () => rmSync(scene.machine.path('/run/project'), { recursive: true }));
  scene.later(async () => rmSync(scene.machine.path('/run/my-containers'), { recursive: true }));
  installPackage();
  const bundle = scene.as('root').newBundle();
  configure(bundle, 'root', (config) => {
    config.process.args = ['/bin/sh', '-c', 'echo hello from $(hostname); exit 7'];
    config.hostname = 'box';
  });
  const program = example().replace("'/bundles/box'", `'${bundle.path}'`);
  expect(program).toContain(bundle.path);
  writeFileSync(scene.machine.path('/run/project/example.mjs'), program);
  const result = await scene.machine.run(['/run/project/node', '/run/project/example.mjs'], { cwd: '/run/project' });
  expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
  // The first container is removed at once: whether it gets to say something is open.
  const lines = result.stdout.trim().split('\n');
  expect(lines).toContain('hello from box');
  expect(lines.filter((line) => line !== 'hello from box')).toEqual([
    'created',
    '7',
    'NotFound: container does not exist',
  ]);
});

it.runIf(isHoist)('a program that goes on holds nothing of the containers that it made', async () => {
  scene.later(async () => rmSync(scene.machine.path('/run/project'), { recursive: true }));
  scene.later(async () => rmSync(scene.machine.path('/run/many'), { recursive: true }));
  installPackage();
  const bundle = scene.as('root').bundle((config) => {
    config.process.args = ['/bin/true'];
  });
  writeFileSync(
    scene.machine.path('/run/project/many.mjs'),
    `import { readdirSync } from 'node:fs';
    import { create, openRoot, remove, run, start } from 'hoist';
    const context = openRoot({ root: '/run/many' });
    const bundle = '${bundle.path}';
    async function life(id) {
      await create(context, { id, bundle });
      await start(context, id);
      await remove(context, { id, force: true });
      await run(context, { id, bundle });
      await run(context, { id, bundle: '/nowhere' }).catch(() => {});
    }
    const open = () => readdirSync('/proc/self/fd').length;
    await life('first');
    const before = open();
    for (let round = 0; round < 5; round++) await Promise.all([life('a'), life('b'), life('c')]);
    console.log(open() - before);`,
  );
  const result = await scene.machine.run(['/run/project/node', '/run/project/many.mjs'], { cwd: '/run/project' });
  expect(result).toEqual({ code: 0, stdout: '0\n', stderr: '' });
});

it.runIf(isHoist)('exec and join', async () => {
  scene.later(async () => rmSync(scene.machine.path('/run/project'), { recursive: true }));
  scene.later(async () => rmSync(scene.machine.path('/run/joined'), { recursive: true }));
  installPackage();
  const bundle = scene.as('root').bundle((config) => {
    config.process.args = ['sleep', '1000'];
  });
  writeFileSync(
    scene.machine.path('/run/project/exec.mjs'),
    `import { create, exec, join, openRoot, remove, start } from 'hoist';
    const context = openRoot({ root: '/run/joined' });
    await create(context, { id: 'box', bundle: '${bundle.path}' });
    await start(context, 'box');
    console.log(await exec(context, { id: 'box', args: ['sh', '-c', 'exit $CODE'], env: ['CODE=3'] }));
    console.log(await exec(context, { id: 'box', process: { args: ['pwd'], cwd: '/tmp', env: ['PATH=/bin'] } }));
    const joined = await join(context, { id: 'box', args: ['sleep', '999'] });
    console.log(joined.pid > 0, joined.terminal);
    await exec(context, { id: 'box', args: ['nothing'] }).catch((error) => console.log(error.code, error.message));
    await exec(context, { id: 'box', process: { args: [], cwd: '/' } }).catch((error) => console.log(error.message));
    await remove(context, { id: 'box', force: true });
    console.log(await joined.ended);`,
  );
  const result = await scene.machine.run(['/run/project/node', '/run/project/exec.mjs'], { cwd: '/run/project' });
  expect(result, result.stderr).toMatchObject({ code: 0, stderr: '' });
  const nothing = 'unable to start container process: exec: "nothing": executable file not found in $PATH';
  expect(result.stdout.trim().split('\n').sort()).toEqual(
    ['3', '/tmp', '0', 'true -1', '137', `NotFound ${nothing}`, 'invalid process: args: args must not be empty'].sort(),
  );
});
