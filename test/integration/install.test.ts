/** `npm run install:system` into a folder of its own: what is there, and whether it works from anywhere. */
import { execFileSync } from 'node:child_process';
import { readlinkSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);
const repository = new URL('../../', import.meta.url).pathname;
const PLACE = '/run/installed';

it.runIf(isHoist)('what is installed runs a container, from another working directory', async () => {
  const place = scene.machine.path(PLACE);
  scene.later(async () => rmSync(place, { recursive: true }));
  const env = { ...process.env, DESTDIR: place, PREFIX: '/usr' };
  execFileSync('npm', ['run', '-s', 'install:system'], { cwd: repository, env, stdio: ['ignore', 'pipe', 'inherit'] });
  expect(readlinkSync(`${place}/usr/bin/hoist`)).toBe('../libexec/hoist/hoist');

  const bundle = scene.as('root').bundle((config) => {
    config.process.args = ['/bin/echo', 'from afar'];
  });
  const hoist = `${PLACE}/usr/bin/hoist`;
  const argv = ['--root', scene.as('root').root, 'run', '--bundle', `../..${bundle.path}`, 'installed'];
  const ran = await scene.machine.run([hoist, ...argv], { cwd: '/usr/share' });
  expect(ran).toEqual({ code: 0, stdout: 'from afar\n', stderr: '' });
  expect(await scene.machine.must([hoist, 'kill', '--help'])).toContain('hoist kill [options] <container-id> [signal]');

  const shared = `${PLACE}/usr/share`;
  const completion = `. ${shared}/bash-completion/completions/hoist && complete -p hoist`;
  expect(await scene.machine.must(['bash', '-c', completion])).toContain('hoist');
  const rest = ['man/man8/hoist.8', 'zsh/site-functions/_hoist', 'fish/vendor_completions.d/hoist.fish'];
  for (const file of rest) expect(scene.machine.read(`${shared}/${file}`), file).toContain('preserve');
});
