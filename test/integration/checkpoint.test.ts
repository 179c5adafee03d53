import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Bundle, Patch } from './harness/bundle.ts';
import type { RunOptions } from './harness/caller.ts';
import { useCriu } from './harness/criu.ts';
import type { Command } from './harness/machine.ts';
import { useScene } from './harness/scene.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const criu = useCriu(scene);
beforeEach(async (context) => criu.demand(context));

const root = () => scene.as('root');
const pipes = { wrapper: ['/run/tools/machine', 'pipes'] };

/** Counts aloud, ten times a second. */
const counting =
  (more = ''): Patch =>
  (config) => {
    config.process.args = ['/bin/sh', '-c', `i=0; while :; do i=$((i+1)); echo "count $i${more}"; sleep 0.1; done`];
  };

const last = (text: string) => Number(/count (\d+)[^\n]*\n$/.exec(text)?.[1] ?? 0);

/** Waits until more has been counted than `seen`. */
const counts = (command: Command, seen: number) =>
  until(`a count above ${seen} in ${JSON.stringify(command.stdout)}${command.stderr}`, () =>
    last(command.stdout) > seen ? last(command.stdout) : undefined,
  );

interface Subject {
  readonly id: string;
  readonly bundle: Bundle;
  readonly images: string;
  readonly output: Command;
}

/** A container that counts, started with pipes. */
async function running(patch: Patch, options: RunOptions = {}): Promise<Subject> {
  const bundle = options.bundle ?? root().newBundle();
  const { command, id } = root().running(patch, { ...pipes, ...options, bundle, flags: ['--detach'] });
  const { code, stderr, stdout } = await command.result();
  expect(code, stdout + stderr).toBe(0);
  scene.later(() => root().runtime(['delete', '--force', id]));
  return { id, bundle, images: `${bundle.path}/images`, output: command };
}

const runtime = (args: readonly string[], options: RunOptions = {}) =>
  root().runtime(args, { ...options, env: { ...criu.env, ...options.env } });

const checkpoint = ({ id, images }: Subject, ...flags: string[]) =>
  runtime(['checkpoint', '--image-path', images, ...flags, id]);

/** `restore --detach` that must succeed; its output is what the container says from then on. */
async function restored({ id, images, bundle }: Subject, ...flags: string[]): Promise<Command> {
  const args = ['restore', '--detach', '--bundle', bundle.path, '--image-path', images, ...flags, id];
  const command = root().spawn(args, { ...pipes, env: criu.env });
  command.child.stdin?.end();
  const { code, stdout, stderr } = await command.result();
  expect(code, stdout + stderr).toBe(0);
  return command;
}

const status = async (id: string) => {
  const { code, stdout } = await root().runtime(['state', id]);
  return code === 0 ? JSON.parse(stdout).status : undefined;
};

describe('a container', () => {
  it('goes on where it was, again and again', async () => {
    const subject = await running(counting());
    let seen = await counts(subject.output, 3);
    for (let round = 0; round < 2; round++) {
      expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
      expect(await status(subject.id)).toBeUndefined();
      const output = await restored(subject);
      expect(await status(subject.id)).toBe('running');
      const now = await counts(output, seen);
      expect(now).toBeLessThan(seen + 100);
      seen = now;
    }
  });

  it('goes on after a checkpoint with --leave-running', async () => {
    const subject = await running(counting());
    const seen = await counts(subject.output, 1);
    expect(await checkpoint(subject, '--leave-running', '--work-path', `${subject.bundle.path}/work`)).toMatchObject({
      code: 0,
    });
    expect(await status(subject.id)).toBe('running');
    await counts(subject.output, seen + 2);
    expect(existsSync(`${subject.bundle.outside.path}/work/dump.log`)).toBe(true);
    expect(existsSync(`${subject.bundle.outside.path}/images/inventory.img`)).toBe(true);
    expect(JSON.parse(readFileSync(`${subject.bundle.outside.path}/images/descriptors.json`, 'utf8'))).toEqual([
      '/dev/null',
      expect.stringMatching(/^pipe:\[\d+\]$/),
      expect.stringMatching(/^pipe:\[\d+\]$/),
    ]);
  });

  it('is saved in two steps with --pre-dump', async (context) => {
    await criu.demand(context, 'mem_dirty_track');
    const subject = await running(counting());
    const seen = await counts(subject.output, 1);
    const parent = { ...subject, images: `${subject.bundle.path}/parent` };
    expect(await checkpoint(parent, '--pre-dump')).toMatchObject({ code: 0, stderr: '' });
    await counts(subject.output, seen + 1);
    expect(await checkpoint(subject, '--parent-path', '../parent')).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(`${subject.bundle.outside.path}/images/parent`)).toBe(true);
    await counts(await restored(subject), seen + 1);
  });

  it('keeps what is on its own file systems, and gets back what comes from outside', async () => {
    const bundle = root().newBundle();
    const real = join(bundle.outside.rootfs, 'real/conf');
    mkdirSync(real, { recursive: true });
    symlinkSync('/real/conf', join(bundle.outside.rootfs, 'conf'));
    for (const name of ['one', 'two', 'three']) {
      mkdirSync(`${bundle.outside.path}/${name}`);
      writeFileSync(`${bundle.outside.path}/${name}/file`, name);
    }
    const subject = await running(
      (config, made) => {
        config.process.args = [
          '/bin/sh',
          '-c',
          'echo kept >/scratch/file; i=0; while :; do i=$((i+1)); echo "count $i $(cat /scratch/file /conf/file /outer/file /outer/inner/file | tr "\\n" " ")"; sleep 0.1; done',
        ];
        config.mounts.push(
          { destination: '/scratch', type: 'tmpfs', source: 'tmpfs', options: ['nosuid'] },
          { destination: '/conf', source: `${made.path}/one`, options: ['bind', 'ro'] },
          { destination: '/outer', source: `${made.path}/two`, options: ['bind'] },
          { destination: '/outer/inner', source: `${made.path}/three`, options: ['bind'] },
          { destination: '/etc/single', source: `${made.path}/one/file`, options: ['bind'] },
        );
      },
      { bundle },
    );
    symlinkSync('busybox', join(bundle.outside.rootfs, 'bin/tr'));
    const seen = await counts(subject.output, 2);
    expect(subject.output.stdout).toContain(`kept onetwothree`);
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    // The places that things were mounted on are made again.
    rmSync(`${bundle.outside.path}/two/inner`, { recursive: true });
    rmSync(`${bundle.outside.rootfs}/etc/single`);
    writeFileSync(`${bundle.outside.path}/one/file`, 'changed');
    const output = await restored(subject);
    await counts(output, seen);
    expect(output.stdout).toContain('kept changedtwothree');
    expect(existsSync(`${bundle.outside.path}/two/inner`)).toBe(true);
  });
});
