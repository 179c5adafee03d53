// `mounts add` and `mounts remove`: crun's command. runc has none.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Mount } from '../../src/spec/types.ts';
import type { Config } from './harness/bundle.ts';
import type { Container } from './harness/container.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const userNamespace = (config: Config) => {
  config.linux.namespaces?.push({ type: 'user' });
  config.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
  config.linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }];
};

/** A container that sleeps, and a folder with a file beside its rootfs. */
async function sleeper(patch: (config: Config) => void = () => undefined): Promise<Container> {
  const bundle = root().newBundle();
  mkdirSync(join(bundle.outside.path, 'data/below'), { recursive: true });
  writeFileSync(join(bundle.outside.path, 'data/file'), 'content');
  const asleep = (config: Config) => {
    config.process.args = ['sleep', '60'];
    config.root.readonly = false;
    patch(config);
  };
  return root().started(asleep, { bundle });
}

function change(action: 'add' | 'remove', container: Container, mounts: readonly Partial<Mount>[] | object) {
  const file = `${container.bundle.path}/mounts.json`;
  writeFileSync(join(container.bundle.outside.path, 'mounts.json'), JSON.stringify(mounts));
  return root().runtime(['mounts', action, container.id, file]);
}

const inside = (container: Container, ...argv: string[]) => root().runtime(['exec', container.id, ...argv]);
const OK = { code: 0, stderr: '' };

describe.each([
  ['of its own user namespace', userNamespace],
  ["of the host's", () => undefined],
])('a running container %s', (_whose, patch) => {
  it('gets mounts, and loses them', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such command, or not all of it');
    const container = await sleeper(patch);
    const { path } = container.bundle;
    const mounts = [
      { destination: '/tmp/data', source: `${path}/data`, options: ['rbind', 'ro'] },
      { destination: '/tmp/file', source: 'data/file', options: ['bind'] },
      { destination: '/tmp/new', type: 'tmpfs', source: 'tmpfs', options: ['size=64k', 'nosuid'] },
    ];
    expect(await change('add', container, mounts)).toMatchObject(OK);
    const read = await inside(container, 'sh', '-c', 'cat /tmp/data/file /tmp/file; cat /proc/self/mountinfo');
    expect(read).toMatchObject(OK);
    expect(read.stdout).toMatch(/^contentcontent/);
    expect(read.stdout).toMatch(/ \/tmp\/data ro,/);
    expect(read.stdout).toMatch(/ \/tmp\/new rw,nosuid,.*,size=64k/);
    expect((await inside(container, 'touch', '/tmp/data/x')).code).not.toBe(0);
    expect(await change('remove', container, { mounts })).toMatchObject(OK);
    const after = await inside(container, 'cat', '/proc/self/mountinfo');
    expect(after.stdout).not.toContain(' /tmp/');
  });
});

describe('mounts of a running container', () => {
  it('show its own namespaces', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such command, or is not asked');
    const container = await sleeper();
    await scene.machine.must(['ip', 'link', 'add', 'hosts', 'type', 'veth', 'peer', 'name', 'hosts-peer']);
    scene.later(() => scene.machine.run(['ip', 'link', 'delete', 'hosts']));
    const mounts = [{ destination: '/tmp/sys', type: 'sysfs', source: 'sysfs' }];
    expect(await change('add', container, mounts)).toMatchObject(OK);
    expect((await inside(container, 'ls', '/tmp/sys/class/net')).stdout).toBe('lo\n');
  });

  it('stay inside of its root, whatever links say', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such command, or is not asked');
    const container = await sleeper();
    const { path, outside } = container.bundle;
    symlinkSync(`${path}/data`, join(outside.rootfs, 'tmp/link'));
    const mounts = [{ destination: '/tmp/link/../../../escaped', source: `${path}/data`, options: ['bind'] }];
    const linked = [{ destination: '/tmp/link', source: `${path}/data`, options: ['bind'] }];
    expect(await change('add', container, [...mounts, ...linked])).toMatchObject(OK);
    expect(existsSync(join(outside.path, 'escaped'))).toBe(false);
    expect(existsSync(join(outside.rootfs, path, 'data'))).toBe(true);
    const { stdout } = await inside(container, 'cat', '/escaped/file', `${path}/data/file`);
    expect(stdout).toBe('contentcontent');
  });

  it.for<[string, 'add' | 'remove', object, string]>([
    ['nonsense', 'add', [{ source: '/tmp' }], 'invalid mounts: mounts[0].destination: is required'],
    ['no list', 'add', { mounts: 7 }, 'mounts must be an array'],
    ['a source that is not there', 'add', [bind('/tmp/x', '/no/such')], 'no such file or directory'],
    ['cgroups', 'add', [{ destination: '/c', type: 'cgroup' }], 'cgroups cannot be mounted in a running container'],
    [
      'processes of the host',
      'add',
      [{ destination: '/p', type: 'proc' }],
      "a new proc would show the host's processes",
    ],
    ['a place inside /proc', 'add', [bind('/proc/sys', '/etc')], 'cannot be mounted because it is inside /proc'],
    ['to remove the root', 'remove', [{ destination: '/' }], 'umount2: invalid argument'],
    ['to remove what is no mount', 'remove', [{ destination: '/bin' }], 'umount2: invalid argument'],
  ])('are refused: %s', async ([, action, mounts, words], context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such command, or says it differently');
    const { code, stderr } = await change(action, await sleeper(), mounts);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
  });

  it('need a container that runs', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'has no such command, or says it differently');
    const container = await sleeper();
    await container.kill('KILL');
    await container.reaches('stopped');
    const { code, stderr } = await change('add', container, [bind('/tmp/x', '/etc')]);
    expect(code).toBe(1);
    expect(stderr).toContain('container not running');
  });
});

function bind(destination: string, source: string): Mount {
  return { destination, source, options: ['bind'] };
}
