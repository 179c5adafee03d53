import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist, subject } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);

const stay = (config: { process: { args: string[] } }) => {
  config.process.args = probe(['stay']);
};

describe.each(['root', 'rootless', 'userns'] as const)('a container, runtime called by %s', (mode) => {
  const caller = () => scene.as(mode);

  it.for(['TERM', 'INT', 'HUP', 'QUIT'])(
    'ends by SIG%s while it waits for start, as in runc',
    async (signal, context) => {
      notOn(context, { crun: 'never' }, 'waits on');
      const container = await caller().create(stay);
      expect((await container.kill(signal)).code).toBe(0);
      await container.reaches('stopped');
    },
  );

  it('is created, started, killed and deleted', async () => {
    const container = await caller().create((config) => {
      config.process.args = probe(['args', 'started'], ['stay']);
    });
    expect(await container.state()).toMatchObject({
      id: container.id,
      status: 'created',
      pid: container.pid,
      bundle: container.bundle.path,
    });
    expect(container.stdout).toBe('');
    expect(await container.start()).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await container.says('[started]');
    expect(await container.state()).toMatchObject({ status: 'running', pid: container.pid });
    expect(await container.kill('KILL')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await container.reaches('stopped');
    expect(await container.delete()).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(caller().stateFolder(container.id))).toBe(false);
  });

  it('ends with the exit code of its process', async () => {
    const { code } = await caller().run((config) => {
      config.process.args = probe(['exit', '42']);
    });
    expect(code).toBe(42);
  });

  it('ends with 128 + N when a signal ends its process', async () => {
    const { command, id } = caller().running(stay);
    await until('the container', () => (command.stdout.includes('waiting') ? true : undefined));
    expect((await caller().runtime(['kill', id, 'KILL'])).code).toBe(0);
    expect((await command.result()).code).toBe(137);
  });

  it('passes its stdin, stdout and stderr through', async () => {
    const result = await caller().runtime(['--version']);
    expect(result.code).toBe(0);
    const bundle = caller().bundle((config) => {
      config.process.args = ['/bin/sh', '-c', 'read line; echo "out $line"; echo err >&2'];
    });
    const command = caller().spawn(['run', '--bundle', bundle.path, 'io'], { input: 'from outside\n' });
    expect(await command.result()).toEqual({ code: 0, stdout: 'out from outside\n', stderr: 'err\n' });
  });

  it.each(['createRuntime', 'poststart', 'poststop'] as const)(
    'is told to end at %s and leaves nothing',
    async (kind) => {
      const id = caller().newId();
      const { code, stderr } = await caller().run(
        (config) => {
          config.process.args = ['/bin/sh', '-c', 'exit 3'];
          config.hooks = { [kind]: [{ path: '/bin/sh', args: ['sh', '-c', 'kill -TERM $PPID; sleep 0.05'] }] };
        },
        { id },
      );
      expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
      expect(existsSync(caller().stateFolder(id))).toBe(false);
    },
  );

  it('passes on the signals that the runtime gets', async () => {
    const { command } = caller().running((config) => {
      config.process.args = probe(['await']);
    });
    await until('the container', () => (command.stdout.includes('waiting') ? true : undefined));
    command.child.kill('SIGUSR1');
    const { code, stdout } = await command.result();
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'waiting\nUSR1\n\f' });
  });

  it('is deleted by force whatever its state', async () => {
    const created = await caller().create(stay);
    const running = await caller().started(stay);
    for (const container of [created, running]) {
      expect(await container.delete('--force')).toMatchObject({ code: 0, stdout: '', stderr: '' });
      expect((await caller().runtime(['state', container.id])).code).toBe(1);
    }
  });

  it('runs detached', async () => {
    const id = caller().newId();
    const bundle = caller().newBundle();
    const result = await caller().run(stay, { id, bundle, flags: ['--detach', '--pid-file', `${bundle.path}/pid`] });
    expect(result.code).toBe(0);
    const state = JSON.parse((await caller().runtime(['state', id])).stdout);
    expect(state).toMatchObject({ status: 'running', pid: Number(readFileSync(`${bundle.outside.path}/pid`, 'utf8')) });
  });
});

describe('state', () => {
  it('is what callers of runc parse', async (context) => {
    notOn(context, { crun: 'never' }, 'has no rootfs');
    const container = await scene.as('root').create((config) => {
      config.annotations = { 'org.example.key': 'value' };
      stay(config);
    });
    const state = await container.state();
    expect(state).toMatchObject({
      ociVersion: expect.stringMatching(/^1\./),
      rootfs: container.bundle.rootfs,
      annotations: { 'org.example.key': 'value' },
    });
    expect(state.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(Date.now() - Date.parse(state.created)).toBeLessThan(60_000);
  });

  it('has pid 0 once stopped', async () => {
    const container = await scene.as('root').started((config) => {
      config.process.args = probe(['cwd']);
    });
    await container.reaches('stopped');
    expect((await container.state()).pid).toBe(0);
  });

  it('is stopped while nobody reaps the process', async () => {
    const caller = scene.as('root');
    const bundle = caller.bundle((config) => {
      config.process.args = probe(['sleep', '200']);
    });
    const parent = scene.machine.spawn([
      '/run/tools/machine',
      'linger',
      '3',
      subject.program,
      '--root',
      caller.root,
      'run',
      '--detach',
      '--bundle',
      bundle.path,
      'zombie',
    ]);
    await until('the runtime', () => (parent.stdout.includes('ended 0') ? true : undefined));
    await until('the end of the process', async () => {
      const { stdout } = await caller.runtime(['state', 'zombie']);
      return JSON.parse(stdout).status === 'stopped' ? true : undefined;
    });
    expect((await caller.runtime(['delete', 'zombie'])).code).toBe(0);
    await parent.result();
  });

  it('does not take another process with the same pid for the container', async (context) => {
    if (!isHoist) context.skip('state.json is a format of its own');
    const container = await scene.as('root').started(stay);
    const file = `${scene.as('root').stateFolder(container.id)}/state.json`;
    const saved = JSON.parse(readFileSync(file, 'utf8'));
    expect(saved.init_process_start).toMatch(/^\d+$/);
    writeFileSync(file, JSON.stringify({ ...saved, init_process_start: '1' }));
    expect(await container.state()).toMatchObject({ status: 'stopped', pid: 0 });
    expect((await container.kill('KILL')).stderr).toMatch(/container not running/);
    writeFileSync(file, JSON.stringify(saved));
    expect(await container.state()).toMatchObject({ status: 'running' });
  });
});

describe('list', () => {
  it('shows every container, as a table, as JSON and as names', async () => {
    const caller = scene.as('root');
    const first = await caller.create(stay, { id: 'list-a' });
    const second = await caller.started(stay, { id: 'list-b' });
    const table = (await caller.runtime(['list'])).stdout.trimEnd().split('\n');
    expect(
      table[0]
        ?.split(/ {2,}/)
        .map((word) => word.trim())
        .slice(0, 5),
    ).toEqual([subject.name === 'crun' ? 'NAME' : 'ID', 'PID', 'STATUS', expect.stringMatching(/^BUNDLE/), 'CREATED']);
    expect(table.slice(1).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['list-a', String(first.pid), 'created'],
      ['list-b', String(second.pid), 'running'],
    ]);
    const json = JSON.parse((await caller.runtime(['list', '--format', 'json'])).stdout);
    expect(json).toMatchObject([
      { id: 'list-a', status: 'created', owner: 'root' },
      { id: 'list-b', status: 'running' },
    ]);
    expect((await caller.runtime(['list', '--quiet'])).stdout.trimEnd().split('\n')).toEqual(['list-a', 'list-b']);
  });

  it('of nothing is null', async (context) => {
    notOn(context, { crun: 'never' }, 'prints an empty list');
    expect((await scene.as('root').runtime(['list', '--format', 'json'])).stdout.trim()).toBe('null');
  });
});

describe('what is not possible is refused, in words that callers know', () => {
  const root = () => scene.as('root');
  const words = (context: Parameters<typeof notOn>[0]) => notOn(context, { crun: 'never' }, 'has words of its own');

  it.each(['state', 'start', 'kill', 'delete'])('%s of a container that does not exist', async (verb) => {
    const { code, stdout, stderr } = await root().runtime([verb, 'nobody']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(subject.name === 'crun' ? /No such file|does not exist/ : /container does not exist/);
  });

  it('delete --force of it is fine', async () => {
    expect((await root().runtime(['delete', '--force', 'nobody'])).code).toBe(0);
  });

  it('an id that is taken', async () => {
    const container = await root().create(stay);
    const { code, stderr } = await root().tryCreate(stay, { id: container.id });
    expect(code).toBe(1);
    expect(stderr).toMatch(/exists?\b/);
    expect((await container.state()).status).toBe('created');
  });

  it('start twice', async (context) => {
    words(context);
    const container = await root().started(stay);
    expect(await container.start()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot start an already running container'),
    });
  });

  it('start of what has stopped', async (context) => {
    words(context);
    const container = await root().started((config) => {
      config.process.args = probe(['cwd']);
    });
    await container.reaches('stopped');
    expect(await container.start()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot start a container that has stopped'),
    });
  });

  it('start of what was killed before', async (context) => {
    words(context);
    const container = await root().create(stay);
    await container.kill('KILL');
    await container.reaches('stopped');
    expect((await container.start()).stderr).toContain('cannot start a container that has stopped');
  });

  it('delete of what runs', async (context) => {
    words(context);
    const container = await root().started(stay);
    expect(await container.delete()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`cannot delete container ${container.id} that is not stopped: running`),
    });
  });

  it('kill of what has stopped', async (context) => {
    words(context);
    const container = await root().started((config) => {
      config.process.args = probe(['cwd']);
    });
    await container.reaches('stopped');
    expect(await container.kill('TERM')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/container not running/),
    });
  });

  it('an unknown signal', async (context) => {
    notOn(context, { crun: '1.9' }, 'ends with 0');
    const container = await root().started(stay);
    const { code, stderr } = await container.kill('NOSUCH');
    expect(code).toBe(1);
    expect(stderr).toMatch(/signal/i);
    expect((await container.state()).status).toBe('running');
  });
});

describe('kill', () => {
  it.each(['TERM', 'SIGTERM', '15', undefined])('understands %s', async (signal) => {
    const container = await scene.as('root').started((config) => {
      config.process.args = probe(['await']);
    });
    await container.says('waiting');
    expect((await container.kill(...(signal ? [signal] : []))).code).toBe(0);
    await container.says('TERM');
  });

  it('--all reaches every process', async (context) => {
    const [, minor = 0] = subject.version;
    if (subject.name === 'runc' && minor > 1) context.skip('runc 1.2 and later: reaches the first process only');
    const container = await scene.as('root').started((config) => {
      config.process.args = ['/bin/sh', '-c', '/bin/probe await & /bin/probe await; wait'];
    });
    await until('both', () => (container.stdout.split('waiting').length === 3 ? true : undefined));
    expect((await scene.as('root').runtime(['kill', '--all', container.id, 'USR2'])).code).toBe(0);
    await until('both', () => (container.stdout.split('USR2').length === 3 ? true : undefined));
  });

  it('KILL reaches every process of a container without a pid namespace', async () => {
    const container = await scene.as('root').started((config) => {
      config.linux.namespaces = (config.linux.namespaces ?? []).filter((one) => one.type !== 'pid');
      config.process.args = ['/bin/sh', '-c', '/bin/probe stay & /bin/probe stay & exec /bin/probe stay'];
    });
    await until('all', () => (container.stdout.split('waiting').length === 4 ? true : undefined));
    expect((await container.kill('KILL')).code).toBe(0);
    await container.reaches('stopped');
    expect((await container.delete()).code).toBe(0);
  });
});

describe('run', () => {
  it('--keep leaves the stopped container there', async (context) => {
    notOn(context, { crun: '1.9' }, 'does not know --keep');
    const caller = scene.as('root');
    const id = caller.newId();
    const { code } = await caller.run(
      (config) => {
        config.process.args = probe(['exit', '3']);
      },
      { id, flags: ['--keep'] },
    );
    expect(code).toBe(3);
    expect(JSON.parse((await caller.runtime(['state', id])).stdout)).toMatchObject({ status: 'stopped' });
    expect((await caller.runtime(['delete', id])).code).toBe(0);
  });

  it('waits for the first process, and takes the others with it', async () => {
    const { code, stdout } = await scene.as('root').run((config) => {
      config.process.args = ['/bin/sh', '-c', '(sleep 100; echo late) & echo first; exit 5'];
    });
    expect({ code, stdout }).toEqual({ code: 5, stdout: 'first\n' });
  });

  it('reads the bundle of the working directory', async () => {
    const bundle = scene.as('root').bundle((config) => {
      config.process.args = probe(['args', 'here']);
    });
    const { stdout } = await scene.as('root').runtime(['run', 'in-cwd'], { cwd: bundle.path });
    expect(stdout).toBe('[here]\n\f');
  });
});

describe('files of the state', () => {
  it('are for their owner only', async () => {
    const caller = scene.as('root');
    const container = await caller.create(stay);
    expect(statSync(caller.stateFolder(container.id)).mode & 0o077 & ~0o011).toBe(0);
    expect(statSync(caller.stateFolder('.')).mode & 0o077 & ~0o011).toBe(0);
  });

  it('the pid file is written whole, with nothing but the pid', async () => {
    const container = await scene.as('root').create(stay);
    expect(readFileSync(`${container.bundle.outside.path}/pid`, 'utf8')).toBe(String(container.pid));
  });
});

describe('run in the foreground', () => {
  /** Whose child an orphan of the container becomes, in a container that shares the pid namespace of the machine. */
  async function parentOfOrphan(...flags: string[]): Promise<{ parent: number; runtime: number }> {
    const { command } = scene.as('root').running(
      (config) => {
        config.linux.namespaces = config.linux.namespaces?.filter(({ type }) => type !== 'pid') ?? [];
        config.process.args = ['sh', '-c', '( (sleep 0.3; exec grep PPid /proc/self/status) & ); sleep 1'];
      },
      { flags },
    );
    const runtime = await until('the pid of the runtime', () => command.child.pid);
    const { stdout } = await command.result();
    return { parent: Number(/PPid:\s+(\d+)/.exec(stdout)?.[1]), runtime };
  }

  it('takes orphans of the container in, unless told not to', async (context) => {
    notOn(context, { crun: 'never' }, 'takes none');
    expect((await parentOfOrphan()).parent).toBeGreaterThan(1);
    expect((await parentOfOrphan('--no-subreaper')).parent).toBe(1);
  });
});

describe.runIf(isHoist)('--trace', () => {
  it('writes what was done, step by step, here and inside the container', async () => {
    const bundle = scene.as('root').newBundle();
    const { code } = await scene.as('root').run(
      (config) => {
        config.process.args = ['true'];
      },
      { bundle, globals: ['--trace', `${bundle.path}/trace.json`] },
    );
    expect(code).toBe(0);
    const text = readFileSync(`${bundle.outside.path}/trace.json`, 'utf8');
    const events = JSON.parse(text) as { name: string; tid: number; dur?: number }[];
    const stepsOf = (thread: number) => events.filter(({ tid, dur }) => tid === thread && dur !== undefined);
    expect(stepsOf(1).map(({ name }) => name)).toEqual(expect.arrayContaining(['spawn', 'cgroup', 'ready', 'destroy']));
    expect(stepsOf(2).map(({ name }) => name)).toEqual(expect.arrayContaining(['mount proc at /proc', 'lookup true']));
  });
});
