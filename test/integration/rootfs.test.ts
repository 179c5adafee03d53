import { describe, expect, it } from 'vitest';
import { parseMountinfo } from './harness/mountinfo.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);

describe.each(['root', 'rootless', 'userns'] as const)('the root, runtime called by %s', (mode) => {
  it('is read-only when asked for, with everything mounted in it as it was', async () => {
    const [root, shm] = await scene.as(mode).facts([
      ['mkdir', '/new'],
      ['mkdir', '/dev/shm/new'],
    ]);
    expect([root, shm]).toEqual(['EROFS', 'ok']);
  });

  it('is writable otherwise', async () => {
    const [made] = await scene.as(mode).facts([['mkdir', '/new']], (config) => {
      config.root.readonly = false;
    });
    expect(made).toBe('ok');
  });

  it('is changed without pivot_root when --no-pivot is given', async () => {
    const [top] = await scene.as(mode).facts([['list', '/']], undefined, { flags: ['--no-pivot'] });
    expect(top?.split('\n')).toEqual(['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp']);
  });
});

describe('the propagation of the root', () => {
  it.for([
    ['private', /^$/],
    ['slave', /^(master:\d+)?$/],
    ['unbindable', /^unbindable$/],
    ['shared', /^shared:\d+/],
  ] as const)('%s', async ([propagation, wanted], context) => {
    if (propagation === 'shared' || propagation === 'unbindable') notOn(context, { runc: '1.4' }, 'leaves it private');
    const [text = ''] = await scene.as('root').facts([['mounts', '/']], (config) => {
      config.linux.rootfsPropagation = propagation;
    });
    expect(parseMountinfo(text)[0]?.propagation.join(' ')).toMatch(wanted);
  });

  it('does not let a mount of the container out', async () => {
    const { machine } = scene;
    await scene.as('root').facts([['mount', '/tmp']], (config) => {
      const list = ['CAP_SYS_ADMIN'];
      config.process.capabilities = { bounding: list, effective: list, permitted: list };
    });
    expect(machine.read('/proc/1/mountinfo')).not.toContain(' - tmpfs probe ');
  });
});
