/** The root file system of a task, as containerd's snapshotters describe it: mounted by Create, unmounted by Delete and by `delete`. */
import { chownSync, copyFileSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CreateTaskRequest, CreateTaskResponse } from '../../src/proto/task.js';
import type { Bundle } from './harness/bundle.ts';
import { useScene } from './harness/scene.ts';
import { ShimBundle, ShimClient } from './harness/shim.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const { machine } = scene;
const ID = 'task';
const LAYERS = 120;

interface Layer {
  readonly type?: string;
  readonly source?: string;
  readonly target?: string;
  readonly options?: string[];
}

class Task {
  readonly bundle: Bundle;
  readonly shim: ShimBundle;
  private client: ShimClient | undefined;

  constructor() {
    // Where the root file system comes from; that of the task is mounted over an empty folder.
    this.bundle = scene.as('root').bundle(() => undefined);
    mkdirSync(machine.path('/run/containerd/s'), { recursive: true });
    this.shim = new ShimBundle(machine, ID, readFileSync(join(this.bundle.outside.path, 'config.json'), 'utf8'));
    scene.later(async () => machine.must(['rm', '-rf', '/run/containerd']));
    scene.later(async () => this.shim.remove());
    scene.later(() => this.end());
  }

  get rootfs(): string {
    return `${this.shim.path}/rootfs`;
  }

  /** A path in the task's root file system, as seen from here. */
  inside(path: string): string {
    return machine.path(`${this.rootfs}/${path}`);
  }

  async create(...rootfs: Layer[]): Promise<number> {
    if (this.client === undefined) {
      const { stdout, stderr } = await this.shim.call('start');
      expect(stderr).toBe('');
      this.client = new ShimClient(machine, stdout.toString());
    }
    const request = CreateTaskRequest.encode({ id: ID, bundle: this.shim.path, rootfs }).finish();
    return CreateTaskResponse.decode(await this.client.call('Create', request)).pid;
  }

  /** What is mounted in the bundle: point, options of the mount, type. */
  mounts(): string[][] {
    const lines = machine.read('/proc/1/mountinfo').trimEnd().split('\n');
    const fields = lines.map((line) => line.split(' '));
    const ours = fields.filter(([, , , , point = '']) => point.startsWith(`${this.shim.path}/`));
    return ours.map(([, , , , point = '', options = '', ...rest]) => [
      point,
      options,
      rest[rest.indexOf('-') + 1] ?? '',
    ]);
  }

  /** As when the shim was killed. */
  private async end(): Promise<void> {
    const pid = await this.client?.pid();
    if (pid) await machine.must(['kill', '-9', String(pid)]);
    this.client?.close();
    const { code, stderr } = await this.shim.call('delete');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(this.mounts()).toEqual([]);
  }
}

/** A folder that goes with the test. */
function folder(path: string, files: Record<string, string> = {}): string {
  mkdirSync(machine.path(path), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(machine.path(`${path}/${name}`), text);
  return path;
}

function errno(act: () => void): string | undefined {
  try {
    act();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
  return undefined;
}

describe.runIf(isHoist)('the root file system of a task', () => {
  it('may be a folder', async () => {
    const task = new Task();
    expect(await task.create({ type: 'bind', source: task.bundle.rootfs, options: ['rbind', 'rw'] })).toBeGreaterThan(
      1,
    );
    expect(lstatSync(task.inside('bin/busybox')).isFile()).toBe(true);
    expect(task.mounts()).toHaveLength(1);
    writeFileSync(task.inside('written'), '');
    expect(lstatSync(join(task.bundle.outside.rootfs, 'written')).isFile()).toBe(true);
  });

  it('may be a folder that nobody may write to', async () => {
    const task = new Task();
    await task.create({ type: 'bind', source: task.bundle.rootfs, options: ['rbind', 'ro', 'nosuid'] });
    const [[, options = ''] = []] = task.mounts();
    expect(options.split(',').slice(0, 2)).toEqual(['ro', 'nosuid']);
    expect(errno(() => writeFileSync(task.inside('written'), ''))).toBe('EROFS');
  });

  it('may be layers on top of each other', async () => {
    const task = new Task();
    const at = `${task.bundle.path}/layers`;
    const [middle, upper, work] = ['middle', 'upper', 'work'].map((name) => folder(`${at}/${name}`)) as [
      string,
      string,
      string,
    ];
    writeFileSync(machine.path(`${middle}/seen`), 'middle');
    const options = [`workdir=${work}`, `upperdir=${upper}`, `lowerdir=${middle}:${task.bundle.rootfs}`];
    await task.create({ type: 'overlay', source: 'overlay', options });
    expect(readFileSync(task.inside('seen'), 'utf8')).toBe('middle');
    writeFileSync(task.inside('seen'), 'changed');
    expect(machine.read(`${upper}/seen`)).toBe('changed');
    expect(machine.read(`${middle}/seen`)).toBe('middle');
  });

  it(`may be ${LAYERS} layers, whose names take more than a page`, async () => {
    const task = new Task();
    const at = `${task.bundle.path}/io.containerd.snapshotter.v1.overlayfs/snapshots`;
    const layers = Array.from({ length: LAYERS }, (_, index) =>
      folder(`${at}/${index}/fs`, { [`of-${index}`]: '', top: String(index) }),
    );
    const base = folder(`${at}/base/fs`);
    await machine.must(['cp', '-a', `${task.bundle.rootfs}/.`, base]);
    const options = [`lowerdir=${[...layers, base].join(':')}`];
    expect(options[0]?.length).toBeGreaterThan(8192);
    const pid = await task.create({ type: 'overlay', source: 'overlay', options });
    expect(readFileSync(task.inside('top'), 'utf8')).toBe('0');
    for (let index = 0; index < LAYERS; index++) expect(lstatSync(task.inside(`of-${index}`)).isFile()).toBe(true);
    const parent = /^PPid:\t(\d+)$/m.exec(machine.read(`/proc/${pid}/status`))?.[1];
    expect((await machine.must(['readlink', `/proc/${parent}/cwd`])).trim()).toBe(task.shim.path);
  });

  it('may have a mount of its own further below, where links lead as in a container', async () => {
    const task = new Task();
    const data = folder(`${task.bundle.path}/data`, { file: 'data' });
    mkdirSync(join(task.bundle.outside.rootfs, 'real'));
    symlinkSync('/real', join(task.bundle.outside.rootfs, 'link'));
    await task.create(
      { type: 'bind', source: task.bundle.rootfs, options: ['rbind'] },
      { type: 'bind', source: data, target: '/../link', options: ['bind', 'ro'] },
    );
    expect(readFileSync(task.inside('real/file'), 'utf8')).toBe('data');
    expect(errno(() => writeFileSync(task.inside('real/file'), ''))).toBe('EROFS');
    expect(task.mounts().map(([point]) => point)).toEqual([task.rootfs, `${task.rootfs}/real`]);
  });

  it('may be in a file', async () => {
    const task = new Task();
    const image = `${task.bundle.path}/image`;
    await machine.must(['truncate', '-s', '16M', image]);
    await machine.must(['mkfs.ext4', '-q', '-d', task.bundle.rootfs, image]);
    await task.create({ type: 'ext4', source: image, options: ['ro', 'loop'] });
    expect(lstatSync(task.inside('bin/busybox')).isFile()).toBe(true);
    expect(task.mounts().map(([, options, type]) => [options?.split(',')[0], type])).toEqual([['ro', 'ext4']]);
  });

  it('may belong to other users than in the layers', async () => {
    const task = new Task();
    const at = `${task.bundle.path}/layers`;
    const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => folder(`${at}/${name}`)) as [
      string,
      string,
      string,
    ];
    await machine.must(['cp', '-a', `${task.bundle.rootfs}/.`, lower]);
    writeFileSync(machine.path(`${lower}/of-user`), '');
    chownSync(machine.path(`${lower}/of-user`), 1000, 1001);
    const maps = ['uidmap=0:100000:65536', 'gidmap=0:200000:65536'];
    const options = [...maps, `workdir=${work}`, `upperdir=${upper}`, `lowerdir=${lower}`];
    await task.create({ type: 'overlay', source: 'overlay', options });
    const { uid, gid } = lstatSync(task.inside('of-user'));
    expect({ uid, gid }).toEqual({ uid: 101_000, gid: 201_001 });
    expect(task.mounts()).toHaveLength(1);
  });

  it('may be a folder that belongs to others', async () => {
    const task = new Task();
    const options = ['rbind', 'ro', 'uidmap=0:100000:65536', 'gidmap=0:100000:65536'];
    await task.create({ type: 'bind', source: task.bundle.rootfs, options });
    expect(lstatSync(task.inside('bin/busybox')).uid).toBe(100_000);
    expect(errno(() => writeFileSync(task.inside('written'), ''))).toBe('EROFS');
  });

  it('is there already when nothing is to be mounted', async () => {
    const task = new Task();
    mkdirSync(task.inside('bin'), { recursive: true });
    for (const name of ['dev', 'proc', 'sys', 'etc', 'tmp', 'root']) mkdirSync(task.inside(name));
    copyFileSync(join(task.bundle.outside.rootfs, 'bin/busybox'), task.inside('bin/sh'));
    expect(await task.create()).toBeGreaterThan(1);
    expect(task.mounts()).toEqual([]);
  });
});

describe.runIf(isHoist)('a root file system that cannot be', () => {
  const root = (task: Task): Layer => ({ type: 'bind', source: task.bundle.rootfs, options: ['rbind'] });

  it.each<[string, Layer, RegExp]>([
    [
      'without its layers',
      { type: 'overlay', source: 'overlay', options: ['lowerdir=/nowhere/1:/nowhere/2'] },
      /^failed to mount rootfs component: mount source: "overlay", target: ".*\/rootfs", fstype: overlay, flags: 0, data: "lowerdir=\/nowhere\/1:\/nowhere\/2", err: no such file or directory$/,
    ],
    [
      'with a target that is not there',
      { type: 'bind', source: '/run', target: 'nowhere', options: ['bind'] },
      /^failed to mount rootfs component: failed to join path "nowhere" with root ".*\/rootfs", err: no such file or directory$/,
    ],
    [
      'with options of somebody else',
      { type: 'bind', source: '/run', options: ['X-containerd.x'] },
      /^internal mount option "X-containerd.x" was not consumed by the mount manager: invalid argument$/,
    ],
    ['of a kind that needs a program', { type: 'fuse3.fuse-overlayfs' }, /needs the program mount\.fuse3, which/],
    [
      'in no file',
      { type: 'ext4', source: '/nowhere', options: ['loop'] },
      /cannot make \/nowhere a loop device, err: no such/,
    ],
    [
      'with maps that are none',
      { type: 'bind', source: '/run', options: ['bind', 'uidmap=0:1', 'gidmap=0:1:2'] },
      /^invalid mapping "0:1": it must be container-id:host-id:size: invalid argument$/,
    ],
    [
      'with too many options',
      { type: 'tmpfs', source: 'tmpfs', options: ['x'.repeat(5000)] },
      /mount options is too long \(fstype: tmpfs\): invalid argument$/,
    ],
  ])('%s leaves nothing mounted', async (_, layer, message) => {
    const task = new Task();
    await expect(task.create(root(task), layer)).rejects.toThrow(message);
    await until('nothing to be mounted', () => task.mounts().length === 0 || undefined);
    // The next one is not hindered.
    expect(await task.create(root(task))).toBeGreaterThan(1);
  });
});
