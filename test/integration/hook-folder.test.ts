// createContainer hooks begin in the container's root: `./lib` is the container's, while its mounts can still be changed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

it('a createContainer hook mounts into ./ what the container then sees', async () => {
  const [text] = await scene.as('root').facts([['read', '/lib/added']], (config, bundle) => {
    mkdirSync(`${bundle.outside.rootfs}/lib`);
    writeFileSync(`${bundle.outside.path}/library`, 'from the bundle\n');
    const script = `touch ./lib/added && mount --bind ${bundle.path}/library ./lib/added`;
    config.hooks = {
      createContainer: [{ path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] }],
    };
  });
  expect(text).toBe('from the bundle');
});
