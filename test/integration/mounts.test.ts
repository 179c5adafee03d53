import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Mount } from '../../src/spec/types.ts';
import type { Bundle, Config } from './harness/bundle.ts';
import { probe, type Questions } from './harness/caller.ts';
import { parseMountinfo } from './harness/mountinfo.ts';
import { notOn, useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** Puts files into the bundle, beside the rootfs; `text` is the content, null makes a folder. */
function place(bundle: Bundle, files: Record<string, string | null>): void {
  for (const [path, text] of Object.entries(files)) {
    const outside = join(bundle.outside.path, path);
    mkdirSync(text === null ? outside : join(outside, '..'), { recursive: true });
    if (text !== null) writeFileSync(outside, text);
  }
}

const bind = (destination: string, source: string, ...options: string[]): Mount => ({
  destination,
  source,
  type: 'bind',
  options: ['bind', ...options],
});

/** A mount on the machine, outside of containers, until the test ends. */
async function mountOutside(path: string, ...args: string[]): Promise<void> {
  await scene.machine.must(['mount', ...args, path]);
  scene.later(() => scene.machine.run(['umount', '--lazy', '--recursive', path]));
}

/** The mount on top of a path, inside a container with these mounts. */
async function mounted(path: string, ...mounts: Mount[]) {
  const [text = ''] = await root().facts([['mounts', path]], (config) => {
    config.mounts.push(...mounts);
  });
  const line = parseMountinfo(text).at(-1);
  if (!line) throw new Error(`nothing is mounted on ${path}`);
  return line;
}

describe('a link as the source of a bind mount', () => {
  it.for(['src-nofollow', 'copy-symlink'])('is there itself with %s', async (word, context) => {
    notOn(context, { runc: 'never', crun: '1.9' }, 'does not know the option');
    const bundle = root().newBundle();
    symlinkSync('/bin/busybox', join(bundle.outside.path, 'link'));
    const facts: Questions = [
      ['readlink', '/tmp/link'],
      ['stat', '/tmp/link'],
    ];
    const patch = (config: Config) => {
      config.root.readonly = false;
      config.mounts.push(bind('/tmp/link', `${bundle.path}/link`, word));
    };
    const [target, status] = await root().facts(facts, patch, { bundle });
    expect(target).toBe('/bin/busybox');
    expect(status).toMatch(/^file 0755 /);
  });
});

describe.each(['root', 'rootless', 'userns'] as const)('mounts, runtime called by %s', (mode) => {
  it('are those of the default configuration', async () => {
    const [text = ''] = await scene.as(mode).facts([['mounts']]);
    const lines = parseMountinfo(text);
    const type = (path: string) => lines.filter((line) => line.point === path).at(-1)?.type;
    const paths = ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/sys'];
    expect(paths.map(type)).toEqual(['proc', 'tmpfs', 'devpts', 'tmpfs', 'mqueue', 'sysfs']);
  });

  it('show nothing of the host', async () => {
    const [text = '', top] = await scene.as(mode).facts([['mounts'], ['list', '/']]);
    expect(
      parseMountinfo(text).filter((line) => line.point.startsWith('/run') || line.point.startsWith('/etc')),
    ).toEqual([]);
    expect(top?.split('\n')).toEqual(['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp']);
  });

  it('bind a folder and a file, writable and read-only', async () => {
    const caller = scene.as(mode);
    const bundle = caller.newBundle();
    place(bundle, { 'one-file': 'alone' });
    await caller.command(['sh', '-c', `cd ${bundle.path}; mkdir own data; touch own/file; printf content >data/file`]);
    const [content, alone, write, denied] = await caller.facts(
      [
        ['read', '/tmp/data/file'],
        ['read', '/tmp/file'],
        ['write', '/tmp/own/file', 'x'],
        ['write', '/tmp/data/file', 'x'],
      ],
      (config) => {
        config.mounts.push(
          { destination: '/tmp', type: 'tmpfs', source: 'tmpfs' },
          bind('/tmp/data', `${bundle.path}/data`, 'ro'),
          bind('/tmp/file', `${bundle.path}/one-file`),
          bind('/tmp/own', `${bundle.path}/own`),
        );
      },
      { bundle },
    );
    expect([content, alone, write, denied]).toEqual(['content', 'alone', 'ok', 'EROFS']);
  });

  it('make a tmpfs of the size and mode asked for', async (context) => {
    notOn(context, { runc: '1.2' }, 'sets the mode of the folder below');
    const [folder, space] = await scene.as(mode).facts(
      [
        ['lstat', '/tmp'],
        ['statfs', '/tmp'],
      ],
      (config) => {
        config.mounts.push({
          destination: '/tmp',
          type: 'tmpfs',
          source: 'tmpfs',
          options: ['mode=1750', 'size=1m', 'nosuid'],
        });
      },
    );
    expect(folder).toMatch(/^directory 1750 0:0/);
    expect(space).toMatch(/^type 0x1021994 .* size 1048576$/);
  });

  it('give a terminal device of their own', async () => {
    const [link, master, slaves] = await scene.as(mode).facts([
      ['readlink', '/dev/ptmx'],
      ['open', '/dev/ptmx', 'w'],
      ['list', '/dev/pts'],
    ]);
    expect([link, master, slaves]).toEqual(['pts/ptmx', 'ok', 'ptmx']);
  });
});

describe('the options of a mount', () => {
  it.each([
    ['nosuid', ['nosuid']],
    ['nodev', ['nodev']],
    ['noexec', ['noexec']],
    ['noatime', ['noatime']],
    ['nodiratime', ['nodiratime']],
    ['ro', ['ro']],
  ])('%s is set on a tmpfs and on a bind mount', async (option, wanted) => {
    const tmpfs = await mounted('/tmp', { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: [option] });
    expect(tmpfs.options).toEqual(expect.arrayContaining(wanted));
    const bound = await mounted('/tmp', bind('/tmp', '/run/bundles', option));
    expect(bound.options).toEqual(expect.arrayContaining(wanted));
  });

  it('are the last of contradicting ones', async (context) => {
    notOn(context, { crun: '1.9' }, 'adds them all up');
    const line = await mounted('/tmp', {
      destination: '/tmp',
      type: 'tmpfs',
      source: 'x',
      options: ['ro', 'noexec', 'rw', 'exec', 'nosuid'],
    });
    expect(line.options).toEqual(expect.arrayContaining(['rw', 'nosuid']));
    expect(line.options).not.toContain('noexec');
  });

  it('reach the file system as data', async () => {
    const line = await mounted('/tmp', {
      destination: '/tmp',
      type: 'tmpfs',
      source: 'name',
      options: ['nr_inodes=77', 'uid=5'],
    });
    expect(line).toMatchObject({ source: 'name', superOptions: expect.arrayContaining(['nr_inodes=77', 'uid=5']) });
  });

  it('that no file system knows are an error', async (context) => {
    notOn(context, { crun: 'never' }, 'names the place without its slash');
    const { code, stderr } = await root().run((config) => {
      config.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['no-such-option=1'] });
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\/tmp/);
  });
});

describe('a recursive bind mount', () => {
  /** A source with a mount below it. */
  async function nested(bundle: Bundle): Promise<string> {
    place(bundle, { 'outer/inner': null, 'outer/file': '' });
    const source = `${bundle.path}/outer`;
    await mountOutside(source, '--bind', source);
    await mountOutside(`${source}/inner`, '-t', 'tmpfs', 'tmpfs');
    await scene.machine.must(['touch', `${source}/inner/deep`]);
    return source;
  }

  it.each([
    ['bind shows the top only', ['bind'], ['error: ENOENT', 'ok', 'ENOENT']],
    ['rbind shows all', ['rbind'], ['file', 'ok', 'ok']],
    ['rbind,ro is read-only at the top', ['rbind', 'ro'], ['file', 'EROFS', 'ok']],
    ['rbind,rro is read-only everywhere', ['rbind', 'rro'], ['file', 'EROFS', 'EROFS']],
  ])('%s', async (_name, options, wanted) => {
    const bundle = root().newBundle();
    const source = await nested(bundle);
    const [deep = '', top, inner] = await root().facts(
      [
        ['lstat', '/tmp/inner/deep'],
        ['write', '/tmp/file', 'x'],
        ['write', '/tmp/inner/deep', 'x'],
      ],
      (config) => {
        config.mounts.push({ destination: '/tmp', type: 'none', source, options });
      },
      { bundle },
    );
    expect([deep.replace(/ .*dev.*/, ''), top, inner]).toEqual(wanted);
  });

  it('takes recursive attributes', async (context) => {
    notOn(context, { crun: 'never' }, 'sets two access times at once');
    const bundle = root().newBundle();
    const source = await nested(bundle);
    const [text = ''] = await root().facts(
      [['mounts', '/tmp/inner']],
      (config) => {
        config.mounts.push({
          destination: '/tmp',
          type: 'none',
          source,
          options: ['rbind', 'rnosuid', 'rnoexec', 'rnoatime'],
        });
      },
      { bundle },
    );
    expect(parseMountinfo(text)[0]?.options).toEqual(expect.arrayContaining(['nosuid', 'noexec', 'noatime']));
  });
});

describe('propagation', () => {
  /** A container over a shared mount of the machine, and whether each side sees what the other mounts later. */
  async function bothWays(option: string): Promise<{ inside: boolean; outside: boolean }> {
    const bundle = root().newBundle();
    place(bundle, { 'shared/from-host': null, 'shared/from-container': null });
    const source = `${bundle.path}/shared`;
    await mountOutside(source, '--bind', source);
    await scene.machine.must(['mount', '--make-shared', source]);
    const container = await root().started(
      (config) => {
        config.mounts.push({ destination: '/tmp', type: 'bind', source, options: ['rbind', option] });
        const list = ['CAP_SYS_ADMIN'];
        config.process.capabilities = { bounding: list, effective: list, permitted: list };
        config.process.args = probe(['mount', '/tmp/from-container'], ['stay']);
        if (option === 'rshared') config.linux.rootfsPropagation = 'rshared';
      },
      { bundle },
    );
    await container.says('waiting');
    await scene.machine.must(['mount', '-t', 'tmpfs', 'tmpfs', `${source}/from-host`]);
    const points = (pid: number) =>
      parseMountinfo(scene.machine.read(`/proc/${pid}/mountinfo`)).map((line) => line.point);
    const result = {
      inside: points(container.pid).includes('/tmp/from-host'),
      outside: points(1).includes(`${source}/from-container`),
    };
    await container.delete('--force');
    return result;
  }

  it.for([
    ['rprivate', { inside: false, outside: false }],
    ['rslave', { inside: true, outside: false }],
    ['rshared', { inside: true, outside: true }],
  ] as const)('%s', async ([option, wanted], context) => {
    if (option === 'rslave') notOn(context, { crun: '1.9' }, 'makes it private');
    expect(await bothWays(option)).toEqual(wanted);
  });
});

describe('the destination of a mount', () => {
  it('is made in the rootfs, a folder or a file', async () => {
    const bundle = root().newBundle();
    place(bundle, { 'folder/x': 'in folder', file: 'in file' });
    const [folder, file] = await root().facts(
      [
        ['read', '/new/folder/x'],
        ['read', '/other/place/file'],
      ],
      (config) => {
        config.mounts.push(bind('/new/folder', 'folder'), bind('/other/place/file', 'file'));
      },
      { bundle },
    );
    expect([folder, file]).toEqual(['in folder', 'in file']);
    expect(lstatSync(`${bundle.outside.rootfs}/new/folder`).isDirectory()).toBe(true);
    expect(readFileSync(`${bundle.outside.rootfs}/other/place/file`, 'utf8')).toBe('');
  });

  it('may lie in an earlier mount', async () => {
    const bundle = root().newBundle();
    place(bundle, { 'folder/x': 'deep' });
    const patch = (config: Config) => {
      config.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'tmpfs' }, bind('/tmp/a/b', 'folder'));
    };
    const [file] = await root().facts([['read', '/tmp/a/b/x']], patch, { bundle });
    expect(file).toBe('deep');
    expect(readdirSync(`${bundle.outside.rootfs}/tmp`)).toEqual([]);
  });

  it('that comes twice shows the later mount', async () => {
    const bundle = root().newBundle();
    place(bundle, { 'first/x': '1', 'second/x': '2' });
    const [file] = await root().facts(
      [['read', '/tmp/x']],
      (config) => {
        config.mounts.push(bind('/tmp', 'first'), bind('/tmp', 'second'));
      },
      { bundle },
    );
    expect(file).toBe('2');
  });

  it.each([
    ['an absolute link', '/target'],
    ['a link that climbs out', '../../../../../../target'],
    ['a link to another link', '/chain'],
  ])('below %s stays inside', async (_name, target) => {
    const bundle = root().newBundle();
    place(bundle, { 'data/x': 'found', 'rootfs/target': null });
    symlinkSync('/target', `${bundle.outside.rootfs}/chain`);
    symlinkSync(target, `${bundle.outside.rootfs}/link`);
    const [file] = await root().facts(
      [['read', '/target/sub/x']],
      (config) => {
        config.mounts.push(bind('/link/sub', 'data'));
      },
      { bundle },
    );
    expect(file).toBe('found');
    expect(existsSync(scene.machine.path('/target'))).toBe(false);
  });

  it('may be one of the files of /proc that lxcfs replaces, and no other', async (context) => {
    notOn(context, { crun: 'never' }, 'mounts over any of them');
    const bundle = root().newBundle();
    place(bundle, { meminfo: 'MemTotal: 1 kB\n' });
    const over = (destination: string) => (config: Config) => {
      config.mounts.push(bind(destination, 'meminfo'));
    };
    const [text] = await root().facts([['read', '/proc/meminfo']], over('/proc/meminfo'), { bundle });
    expect(text).toBe('MemTotal: 1 kB');
    for (const path of ['/proc/version', '/proc/sys/kernel/core_pattern', '/proc/self/attr/exec']) {
      const { code, stderr } = await root().run(over(path), { bundle });
      expect(code, path).toBe(1);
      expect(stderr).toMatch(/inside proc|\/proc/);
    }
  });
});

describe('file systems', () => {
  it('of type cgroup show the own groups, read-only', async () => {
    const [hierarchies = '', count, denied] = await root().facts([
      ['list', '/sys/fs/cgroup'],
      ['read', '/sys/fs/cgroup/pids/pids.current'],
      ['write', '/sys/fs/cgroup/pids/pids.max', '5'],
    ]);
    expect(hierarchies.split('\n')).toEqual(
      expect.arrayContaining(['cpu', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd']),
    );
    expect(count).toBe('1');
    expect(denied).toBe('EROFS');
  });

  it('of type overlay take their folders as options', async () => {
    const bundle = root().newBundle();
    place(bundle, { 'layer/lower/a': 'from below', 'layer/upper': null, 'layer/work': null });
    const layer = `${bundle.path}/layer`;
    const [lower, write] = await root().facts(
      [
        ['read', '/tmp/a'],
        ['open', '/tmp/new', 'c'],
      ],
      (config) => {
        const options = [`lowerdir=${layer}/lower`, `upperdir=${layer}/upper`, `workdir=${layer}/work`];
        config.mounts.push({ destination: '/tmp', type: 'overlay', source: 'overlay', options });
      },
      { bundle },
    );
    expect([lower, write]).toEqual(['from below', 'ok']);
    expect(readdirSync(`${bundle.outside.path}/layer/upper`)).toEqual(['new']);
  });

  it('of type tmpfs copy up what they cover, when asked to', async () => {
    const bundle = root().newBundle();
    place(bundle, { 'rootfs/cover/sub/file': 'kept', 'rootfs/cover/plain': '' });
    symlinkSync('/etc/passwd', `${bundle.outside.rootfs}/cover/link`);
    const [file, link, write, type] = await root().facts(
      [
        ['read', '/cover/sub/file'],
        ['readlink', '/cover/link'],
        ['write', '/cover/plain', 'x'],
        ['statfs', '/cover'],
      ],
      (config) => {
        config.mounts.push({ destination: '/cover', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
      },
      { bundle },
    );
    expect([file, link, write]).toEqual(['kept', '/etc/passwd', 'ok']);
    expect(type).toMatch(/^type 0x1021994 /);
    expect(readFileSync(`${bundle.outside.rootfs}/cover/plain`, 'utf8')).toBe('');
  });

  it('that do not exist are an error', async () => {
    const { code, stderr } = await root().run((config) => {
      config.mounts.push({ destination: '/tmp', type: 'no-such-fs', source: 'x' });
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no such device/i);
  });
});

describe('the source of a bind mount', () => {
  it('that does not exist is an error', async () => {
    const { code, stderr } = await root().run((config) => {
      config.mounts.push(bind('/tmp', '/run/nothing/here'));
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/\/run\/nothing\/here.*no such file or directory/is);
  });

  it('may come with options of a file system, but not silently', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'ignores them');
    const { stderr } = await root().run((config) => {
      config.mounts.push(bind('/tmp', '/run/bundles', 'size=5m'));
    });
    expect(stderr).toMatch(/size=5m|filesystem-specific/);
  });
});
