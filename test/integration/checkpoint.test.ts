import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Bundle, configure, type Patch } from './harness/bundle.ts';
import type { RunOptions } from './harness/caller.ts';
import { useCriu } from './harness/criu.ts';
import type { Command } from './harness/machine.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';
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
  const { command, id } = root().running(patch, {
    ...pipes,
    ...options,
    bundle,
    flags: ['--detach', ...(options.flags ?? [])],
  });
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

const pidOf = async (id: string): Promise<number> => JSON.parse((await root().runtime(['state', id])).stdout).pid;

/** As seen from the machine, which has cgroup namespaces of its own. */
const groupsOf = (pid: number) => scene.machine.must(['cat', `/proc/${pid}/cgroup`]);

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
    // What a configuration is warned of is said once, when its container is made.
    writeFileSync(
      `${subject.bundle.outside.path}/config.json`,
      readFileSync(`${subject.bundle.outside.path}/config.json`, 'utf8').replace('CAP_KILL', 'CAP_NOTHING'),
    );
    expect(await checkpoint(subject, '--leave-running', '--work-path', `${subject.bundle.path}/scratch`)).toMatchObject(
      {
        code: 0,
        stderr: '',
      },
    );
    expect(await status(subject.id)).toBe('running');
    await counts(subject.output, seen + 2);
    expect(existsSync(`${subject.bundle.outside.path}/scratch/dump.log`)).toBe(true);
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

/** Somebody who listens on a console socket and relays the terminal. */
async function listener(bundle: Bundle, name: string) {
  const socket = `${bundle.path}/${name}`;
  const relay = scene.machine.spawn(['/run/tools/machine', 'console', socket]);
  await until('the listener', () => (relay.stdout.includes('listening') ? true : undefined));
  return { socket, relay };
}

describe('a terminal', () => {
  it('goes to whoever listens on the console socket', async () => {
    const bundle = root().newBundle();
    const first = await listener(bundle, 'first');
    const subject = await running(
      (config) => {
        config.process.terminal = true;
        config.process.args = ['/bin/sh'];
      },
      { bundle, flags: ['--console-socket', first.socket] },
    );
    first.relay.child.stdin?.write('answer=$((6 * 7))\n');
    await until('an echo', () => (first.relay.stdout.includes('answer=') ? true : undefined));
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    await first.relay.result();
    const second = await listener(bundle, 'second');
    await restored(subject, '--console-socket', second.socket);
    second.relay.child.stdin?.write('echo "it is $answer."\n');
    await until('an answer', () => (second.relay.stdout.includes('it is 42.') ? true : undefined));
    second.relay.child.stdin?.write('exit\n');
    await second.relay.result();
  });

  it('of the caller is used in the foreground', async (context) => {
    // runc reads from the terminal before it has got it.
    notOn(context, { runc: '1.2' }, 'its terminal in the foreground is not this one');
    const bundle = root().newBundle();
    const first = await listener(bundle, 'first');
    const subject = await running(
      (config) => {
        config.process.terminal = true;
        config.process.args = ['/bin/sh'];
      },
      { bundle, flags: ['--console-socket', first.socket] },
    );
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    await first.relay.result();
    const args = ['restore', '--bundle', bundle.path, '--image-path', subject.images, subject.id];
    const command = root().spawn(args, { wrapper: ['/run/tools/machine', 'pty'], env: criu.env });
    await until('the container', async () => ((await status(subject.id)) === 'running' ? true : undefined));
    command.child.stdin?.write('echo "$((6 * 7)) is the answer"; exit 9\n');
    const { code, stdout } = await command.result();
    expect(stdout).toContain('42 is the answer');
    expect(code).toBe(9);
  });
});

describe('restore', () => {
  it('in the foreground hands signals on and returns the exit code', async () => {
    const subject = await running((config) => {
      config.process.args = ['/bin/sh', '-c', 'trap "echo got it; exit 7" TERM; while :; do sleep 0.1; done'];
    });
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    const args = ['restore', '--bundle', subject.bundle.path, '--image-path', subject.images, subject.id];
    const command = root().spawn(args, { ...pipes, env: criu.env });
    await until('the container', async () => ((await status(subject.id)) === 'running' ? true : undefined));
    const pid = await pidOf(subject.id);
    const caller = await scene.machine.must(['sh', '-c', `grep PPid /proc/${pid}/status | grep -o '[0-9]*'`]);
    await scene.machine.must(['kill', '-TERM', caller.trim()]);
    expect(await command.result()).toMatchObject({ code: 7, stdout: expect.stringContaining('got it') });
    expect(await status(subject.id)).toBeUndefined();
  });

  it('makes the cgroups again, writes the pid file, runs hooks, and lets others join', async () => {
    const note = (name: string, path: string) => ({
      path: '/bin/sh',
      args: ['sh', '-c', `cat >${path}/${name}`],
    });
    const subject = await running((config, { path }) => {
      counting()(config, { path } as Bundle);
      config.linux.resources = { ...config.linux.resources, pids: { limit: 77 } };
      config.hooks = {
        prestart: [note('prestart', path)],
        createRuntime: [note('createRuntime', path)],
        poststop: [note('poststop', path)],
      };
    });
    const file = (name: string) => `${subject.bundle.outside.path}/${name}`;
    const stateIn = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'));
    expect(stateIn('createRuntime').pid).toBe(await pidOf(subject.id));
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    expect(stateIn('poststop').status).toBe('stopped');
    await restored(subject, '--pid-file', `${subject.bundle.path}/pid`);
    const pid = await pidOf(subject.id);
    expect(readFileSync(file('pid'), 'utf8')).toBe(String(pid));
    expect(stateIn('prestart')).toMatchObject({ id: subject.id, pid });
    expect(stateIn('createRuntime')).toMatchObject({ id: subject.id, pid });
    const group = /:pids:(.*)/.exec(await groupsOf(pid))?.[1] ?? '';
    expect(scene.machine.read(`/sys/fs/cgroup/pids${group}/pids.max`).trim()).toBe('77');
    expect(await runtime(['exec', subject.id, '/bin/sh', '-c', 'echo $((6 * 7))'])).toMatchObject({
      code: 0,
      stdout: '42\n',
    });
  });

  it('takes another cgroup with --manage-cgroups-mode ignore', async (context) => {
    notOn(context, { runc: '1.2' }, 'it does not know ignore');
    const bundle = root().newBundle();
    const at =
      (path: string): Patch =>
      (config, made) => {
        counting()(config, made);
        config.linux.cgroupsPath = path;
      };
    scene.later(() => scene.machine.run(['sh', '-c', 'rmdir /sys/fs/cgroup/*/first /sys/fs/cgroup/*/second; true']));
    const subject = await running(at('/first/one'), { bundle });
    expect(await checkpoint(subject, '--manage-cgroups-mode', 'ignore')).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(scene.machine.path('/sys/fs/cgroup/pids/first/one'))).toBe(false);
    configure(bundle, 'root', at('/second/two'));
    await restored(subject, '--manage-cgroups-mode', 'ignore');
    expect(await groupsOf(await pidOf(subject.id))).toMatch(/:pids:\/second\/two$/m);
  });

  it('puts the container into the network namespace that config.json names', async () => {
    const holder = scene.machine.spawn(['unshare', '--net', 'sh', '-c', 'echo $$; exec sleep 60']);
    scene.later(async () => holder.child.kill());
    const owner = await until('a namespace', () => Number(holder.stdout) || undefined);
    const path = `/proc/${owner}/ns/net`;
    const subject = await running((config, made) => {
      counting()(config, made);
      config.linux.namespaces = (config.linux.namespaces ?? []).filter(({ type }) => type !== 'network');
      config.linux.namespaces.push({ type: 'network', path });
    });
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    await restored(subject);
    const link = async (pid: number) => scene.machine.must(['readlink', `/proc/${pid}/ns/net`]);
    expect(await link(await pidOf(subject.id))).toBe(await link(owner));
  });

  it('of a paused container', async () => {
    const subject = await running(counting());
    const seen = await counts(subject.output, 1);
    expect(await runtime(['pause', subject.id])).toMatchObject({ code: 0 });
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    const output = await restored(subject);
    if ((await status(subject.id)) === 'paused') await runtime(['resume', subject.id]);
    await counts(output, seen);
  });

  it('puts the container into the pid namespace that config.json names', async () => {
    // Its first process reaps, or the dead would keep their numbers.
    const forever = ['sh', '-c', 'while :; do sleep 1; done'];
    scene.machine.spawn(['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', ...forever]);
    const find = "grep -l '^NSpid:.*\\s1$' /proc/[0-9]*/status | grep -v /proc/1/ | head -1 | cut -d/ -f3";
    const owner = await until(
      'a namespace',
      async () => Number(await scene.machine.must(['sh', '-c', find])) || undefined,
    );
    scene.later(() => scene.machine.run(['kill', '-KILL', String(owner)]));
    const path = `/proc/${owner}/ns/pid`;
    const subject = await running((config, made) => {
      counting()(config, made);
      config.linux.namespaces = (config.linux.namespaces ?? []).filter(({ type }) => type !== 'pid');
      config.linux.namespaces.push({ type: 'pid', path });
    });
    const seen = await counts(subject.output, 1);
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    await counts(await restored(subject), seen);
    const link = async (pid: number) => scene.machine.must(['readlink', `/proc/${pid}/ns/pid`]);
    expect(await link(await pidOf(subject.id))).toBe(await link(owner));
  });

  it('of a container in the mount namespace of the host', async () => {
    const bundle = root().newBundle();
    scene.later(() => scene.machine.must(['umount', '-R', '-l', bundle.rootfs]));
    const subject = await running(
      (config, made) => {
        counting()(config, made);
        config.linux.namespaces = (config.linux.namespaces ?? []).filter(({ type }) => type !== 'mount');
        config.linux.maskedPaths = [];
        config.linux.readonlyPaths = [];
        config.mounts = config.mounts.filter(({ type }) => type === 'proc');
      },
      { bundle },
    );
    const seen = await counts(subject.output, 1);
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    await counts(await restored(subject), seen);
  });

  it('works in a user namespace', async () => {
    const subject = await running((config, made) => {
      counting()(config, made);
      config.linux.namespaces?.push({ type: 'user' });
      const map = [{ containerID: 0, hostID: 100000, size: 65536 }];
      config.linux.uidMappings = map;
      config.linux.gidMappings = map;
    });
    const seen = await counts(subject.output, 1);
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    if (!isHoist) await scene.machine.must(['chmod', '711', subject.images]);
    await counts(await restored(subject), seen);
    expect(scene.machine.read(`/proc/${await pidOf(subject.id)}/uid_map`)).toMatch(/^\s*0\s+100000\s+65536\s*$/);
  });
});

describe('lazy pages', () => {
  it('stay with the container until they are fetched; whoever asked is told when that can begin', async (context) => {
    notOn(context, { runc: '1.2' }, 'it does not know --manage-cgroups-mode ignore');
    await criu.demand(context, 'uffd-noncoop');
    const subject = await running(counting());
    const seen = await counts(subject.output, 1);
    const flags = ['--page-server', '127.0.0.1:27277', '--lazy-pages', '--manage-cgroups-mode', 'ignore'];
    const args = ['checkpoint', '--image-path', subject.images, '--status-fd', '5', ...flags, subject.id];
    const saving = root().spawn(args, { env: criu.env, wrapper: ['sh', '-c', 'exec "$@" 5>&1', '-'] });
    // The NUL of --status-fd.
    await until('the page server', () => (saving.stdout.includes('\0') ? true : undefined));
    expect(existsSync(`${subject.bundle.outside.path}/images/inventory.img`)).toBe(true);
    expect(await status(subject.id)).toMatch(/running|paused/);
    // Nobody comes: the container goes on.
    const server = await scene.machine.must([
      'sh',
      '-c',
      'cd /proc; for p in [0-9]*; do grep -q "^criu" $p/comm && echo $p; done; true',
    ]);
    await scene.machine.must(['kill', ...server.trim().split('\n')]);
    expect((await saving.result()).code).toBe(1);
    await counts(subject.output, seen);
    expect(await status(subject.id)).toBe('running');
  });
});

describe("criu's configuration file", () => {
  it('is the one that the annotation names', async () => {
    const subject = await running((config, { path }) => {
      counting()(config, { path } as Bundle);
      config.annotations = { 'org.criu.config': `${path}/criu.conf` };
    });
    writeFileSync(`${subject.bundle.outside.path}/criu.conf`, 'log-file=mine.log\n');
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    const mine = `${subject.bundle.outside.path}/images/mine.log`;
    expect(existsSync(mine)).toBe(true);
    rmSync(mine);
    await restored(subject);
    expect(existsSync(mine)).toBe(true);
  });
});

describe('is refused, and changes nothing:', () => {
  it('a container that does not exist', async () => {
    const { code, stderr } = await runtime(['checkpoint', '--image-path', '/tmp/none', 'nobody']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('container does not exist');
  });

  it('a container that is only created', async () => {
    const container = await root().create(counting());
    const { code, stderr } = await runtime([
      'checkpoint',
      '--image-path',
      `${container.bundle.path}/images`,
      container.id,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('Container cannot be checkpointed in created state');
  });

  it.each([
    [['--parent-path', '/absolute'], '--parent-path must be relative'],
    [['--parent-path', '../nowhere'], 'invalid --parent-path: stat '],
    [['--manage-cgroups-mode', 'none'], 'manage'],
    [['--page-server', 'localhost'], 'Use --page-server ADDRESS:PORT to specify page server'],
    [['--page-server', 'localhost:http'], 'Invalid port number'],
    [['--empty-ns', 'pid'], 'namespace \\"pid\\" is not supported'],
    [['--lazy-pages', '--status-fd', '77'], 'invalid --status-fd argument 77: bad file descriptor'],
    [['--lazy-pages', '--status-fd', '0'], 'invalid --status-fd argument 0: not writable'],
  ])('%j', async (flags, words) => {
    const subject = await running(counting());
    const { code, stderr } = await runtime(['checkpoint', '--image-path', subject.images, ...flags, subject.id], {
      wrapper: ['sh', '-c', 'exec "$@" </dev/null', '-'],
    });
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(await status(subject.id)).toBe('running');
    await counts(subject.output, await counts(subject.output, 0));
  });

  it('everything without criu', async () => {
    const subject = await running(counting());
    const { code, stderr } = await root().runtime(['checkpoint', '--image-path', subject.images, subject.id], {
      env: { PATH: '/run/tools' },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('exec: \\"criu\\": executable file not found in $PATH');
    expect(await status(subject.id)).toBe('running');
  });

  it('a criu that is none', async (context) => {
    notOn(context, { runc: 'never' }, 'it says less');
    const subject = await running(counting());
    const folder = `${subject.bundle.outside.path}/bin`;
    mkdirSync(folder);
    writeFileSync(`${folder}/criu`, '#!/bin/sh\necho "what is $1?" >&2\nexit 3\n', { mode: 0o755 });
    const { code, stderr } = await root().runtime(['checkpoint', '--image-path', subject.images, subject.id], {
      env: { PATH: `${subject.bundle.path}/bin` },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(
      'CRIU version check failed: criu failed: type VERSION: it ended without an answer (exit status 3): what is swrk?',
    );
    expect(await status(subject.id)).toBe('running');
  });

  it('what criu cannot save: the container goes on, and the log is quoted', async () => {
    // A file that is open for writing and lies outside.
    const bundle = root().newBundle();
    const subject = await running(counting(), {
      bundle,
      wrapper: ['sh', '-c', `exec "$@" </dev/null >${bundle.path}/out 2>&1`, '-'],
    });
    const { code, stderr } = await checkpoint(subject);
    expect(code).toBe(1);
    expect(stderr).toMatch(/criu failed: type (DUMP|NOTIFY) errno /);
    if (isHoist) expect(stderr).toMatch(/--- Quoting .*dump\.log[\s\S]*Error \(criu\/[\s\S]*msg=---/);
    if (isHoist) expect(stderr).toContain(`criu's log is ${subject.images}/dump.log`);
    expect(await status(subject.id)).toBe('running');
    const size = statSync(`${bundle.outside.path}/out`).size;
    await until('more output', () => (statSync(`${bundle.outside.path}/out`).size > size ? true : undefined));
  });

  describe('restore of', () => {
    async function saved(): Promise<Subject> {
      const subject = await running(counting());
      expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
      return subject;
    }

    const attempt = ({ id, images, bundle }: Subject, ...flags: string[]) =>
      runtime(['restore', '--detach', '--bundle', bundle.path, '--image-path', images, ...flags, id], pipes);

    it('an id that is taken', async () => {
      const subject = await saved();
      const other = await root().create(counting());
      const { code, stdout } = await attempt({ ...subject, id: other.id });
      expect(code).toBe(1);
      expect(stdout).toContain('container with given ID already exists');
    });

    it('images that are none', async () => {
      const subject = await saved();
      writeFileSync(`${subject.bundle.outside.path}/images/inventory.img`, 'nonsense');
      const { code, stdout } = await attempt(subject);
      expect(code).toBe(1);
      expect(stdout).toContain('criu failed: type RESTORE errno ');
      if (isHoist) expect(stdout).toMatch(/--- Quoting .*restore\.log/);
      expect(await status(subject.id)).toBeUndefined();
    });

    it('a folder that is not there', async () => {
      const subject = await saved();
      const { code, stdout } = await attempt({ ...subject, images: `${subject.bundle.path}/nothing` });
      expect(code).toBe(1);
      expect(stdout).toContain('descriptors.json: no such file or directory');
      expect(await status(subject.id)).toBeUndefined();
    });

    it.each(['{}', '[1]', '["pipe:[1]"'])('descriptors.json that is %s', async (text) => {
      const subject = await saved();
      writeFileSync(`${subject.bundle.outside.path}/images/descriptors.json`, text);
      const { code, stdout } = await attempt(subject);
      expect(code).toBe(1);
      if (isHoist) expect(stdout).toContain('descriptors.json of the checkpoint is not a list of texts');
    });

    it('a configuration whose hook fails', async () => {
      const subject = await saved();
      configure(subject.bundle, 'root', (config, made) => {
        counting()(config, made);
        config.hooks = { prestart: [{ path: '/bin/sh', args: ['sh', '-c', 'echo no >&2; exit 5'] }] };
      });
      const { code, stdout } = await attempt(subject);
      expect(code).toBe(1);
      if (isHoist) expect(stdout).toContain('error running prestart hook #0: exit status 5, stdout: , stderr: no');
      expect(await status(subject.id)).toBeUndefined();
    });

    it('a mount whose source is gone', async () => {
      const subject = await saved();
      configure(subject.bundle, 'root', (config, made) => {
        counting()(config, made);
        config.mounts.push({ destination: '/gone', source: `${made.path}/gone`, options: ['bind'] });
      });
      const { code, stdout } = await attempt(subject);
      expect(code).toBe(1);
      expect(stdout).toContain('no such file or directory');
      expect(await status(subject.id)).toBeUndefined();
    });
  });

  it.each(['rootless', 'userns'] as const)('a container of %s', async (mode) => {
    const caller = scene.as(mode);
    for (const verb of ['checkpoint', 'restore']) {
      const images = `${caller.newBundle().path}/images`;
      const { code, stderr } = await caller.runtime([verb, '--image-path', images, 'c'], { env: criu.env });
      expect(code).toBe(1);
      if (isHoist) expect(stderr).toContain(`${verb} is not possible for rootless containers`);
    }
  });
});

describe('an image', () => {
  it('cannot have places to mount on made outside', async () => {
    const victim = scene.machine.path('/run/victim');
    mkdirSync(victim);
    scene.later(async () => rmSync(victim, { recursive: true }));
    const bundle = root().newBundle();
    const subject = await running(
      (config, made) => {
        counting()(config, made);
        config.mounts.push({ destination: '/place/inner', source: made.path, options: ['bind'] });
      },
      { bundle },
    );
    expect(await checkpoint(subject)).toMatchObject({ code: 0, stderr: '' });
    rmSync(join(bundle.outside.rootfs, 'place'), { recursive: true });
    symlinkSync('/run/victim', join(bundle.outside.rootfs, 'place'));
    await runtime(['restore', '--detach', '--bundle', bundle.path, '--image-path', subject.images, subject.id], pipes);
    expect(readdirSync(victim)).toEqual([]);
  });
});
