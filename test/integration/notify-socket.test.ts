// sd_notify(3): a container tells the service manager of its runtime that it is ready.
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');
let sockets = 0;

/** A service manager (harness/manager.c). */
async function manager(path = `/run/manager-${++sockets}`, ...more: string[]) {
  const command = scene.machine.spawn(['/run/tools/machine', 'manager', path, ...more]);
  scene.later(async () => {
    command.child.kill('SIGTERM');
    await command.result();
    await scene.machine.run(['rm', '-f', path]);
  });
  await until('the manager', () => (command.stdout.includes('listening') ? true : undefined));
  return {
    env: { NOTIFY_SOCKET: path },
    path,
    heard: () => command.stdout.trimEnd().split('\n').slice(1),
  };
}

/** Says that it does something, that it is ready after a while, and stays. */
const says =
  (...messages: string[]) =>
  (config: Config) => {
    config.process.args = probe(['sleep', '300'], ...messages.map((message) => ['notify', message]), ['stay']);
  };

const complete = (context: TestContext) =>
  notOn(context, { runc: '1.2', crun: 'never' }, 'tells the manager less, and waits for containers that have ended');

describe.each(['root', 'rootless', 'userns'] as const)('readiness, runtime called by %s', (mode) => {
  beforeEach(complete);

  it('is what start waits for, and nothing else is passed on', async () => {
    const { env, path, heard } = await manager();
    const container = await scene.as(mode).create(says('STATUS=soon', 'FDSTORE=1', 'READY=1'), { env });
    expect(heard()).toEqual([]);
    const started = await scene.as(mode).runtime(['start', container.id], { env });
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(heard()).toEqual(['text READY=1', `text MAINPID=${container.pid}`, 'descriptor BARRIER=1']);
    expect(path).toMatch(/^\/run\/manager/);
    await container.reaches('running');
  });
});

describe('readiness', () => {
  beforeEach(complete);

  it('is what a detached run waits for', async () => {
    const { env, heard } = await manager();
    const bundle = root().newBundle();
    const flags = ['--detach', '--pid-file', `${bundle.path}/pid`];
    const result = await root().run(says('READY=1'), { env, flags, bundle });
    expect(result.code).toBe(0);
    const pid = scene.machine.read(`${bundle.path}/pid`);
    expect(heard()).toEqual(['text READY=1', `text MAINPID=${pid}`, 'descriptor BARRIER=1']);
  });

  it('is passed on by a run in the foreground, which the manager goes on watching', async () => {
    const { env, heard } = await manager();
    const { command } = root().running(
      (config) => {
        config.process.args = probe(['notify', 'READY=1'], ['args', 'said'], ['await']);
      },
      { env, wrapper: ['sh', '-c', 'echo "we are $$"; exec "$@"', '-'] },
    );
    await until('the barrier', () => (heard().length === 3 ? true : undefined));
    const pid = /we are (\d+)/.exec(command.stdout)?.[1];
    expect(heard()).toEqual(['text READY=1', `text MAINPID=${pid}`, 'descriptor BARRIER=1']);
    // Signals and output go on as ever.
    command.child.kill('SIGUSR1');
    expect(await command.result()).toMatchObject({ code: 0, stdout: expect.stringContaining('USR1') });
  });

  it('is heard behind messages with descriptors, which nobody keeps', async (context) => {
    notOn(context, { runc: 'never' }, 'reads no descriptors');
    const { env, heard } = await manager();
    const { command } = root().running(
      (config) => {
        const messages = Array.from({ length: 40 }, (_, index) => ['store', index % 2 === 0 ? '20' : '200']);
        config.process.args = probe(...messages, ['notify', 'READY=1'], ['args', 'said'], ['await']);
      },
      { env, wrapper: ['sh', '-c', 'echo "we are $$"; exec "$@"', '-'] },
    );
    await until('the barrier', () => (heard().length === 3 ? true : undefined));
    const pid = /we are (\d+)/.exec(command.stdout)?.[1];
    const open = (await scene.machine.must(['ls', `/proc/${pid}/fd`])).trim().split('\n');
    expect(open.length).toBeLessThan(60);
    command.child.kill('SIGUSR1');
    expect((await command.result()).code).toBe(0);
  });

  it('may come in one message with other words', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'only a message that begins with READY= counts, or all of it');
    const { env, heard } = await manager();
    const result = await root().run(says('STATUS=up\nREADY=1\nWATCHDOG=1'), { env, flags: ['--detach'] });
    expect(result.code).toBe(0);
    expect(heard()[0]).toBe('text READY=1');
    expect(heard().join()).not.toMatch(/STATUS|WATCHDOG/);
  });

  it('takes no words along behind other ends of a line than ours', async (context) => {
    notOn(context, { runc: 'never', crun: 'never' }, 'passes them on');
    const { env, heard } = await manager();
    // systemd's lines end with a carriage return too.
    const words = 'READY=1\rMAINPID=1\rFDSTORE=1';
    expect((await root().run(says(words), { env, flags: ['--detach'] })).code).toBe(0);
    expect(heard()[0]).toBe('text READY=1');
    expect(heard().join()).not.toMatch(/MAINPID=1\b|FDSTORE/);
  });

  it('is said to a socket that nobody can replace', async () => {
    const { env } = await manager();
    const questions = [
      ['mounts', '/run/notify'],
      ['unlink', '/run/notify/notify.sock'],
      ['lstat', '/run/notify/notify.sock'],
    ];
    const [mount = '', unlink, socket, variables] = await root().facts([...questions, ['env']], () => undefined, {
      env,
    });
    expect(mount).toMatch(/ ro,nosuid,nodev,noexec/);
    expect(unlink).toBe('EROFS');
    expect(socket).toMatch(/^socket 0777/);
    expect(variables).toContain('NOTIFY_SOCKET=/run/notify/notify.sock');
  });

  it('is not waited for when the container ends', async (context) => {
    notOn(context, { runc: 'never' }, 'waits on in the foreground');
    const { env, heard } = await manager();
    const container = await root().create(
      (config) => {
        config.process.args = ['/bin/true'];
      },
      { env },
    );
    expect((await root().runtime(['start', container.id], { env })).code).toBe(0);
    const result = await root().run(
      (config) => {
        config.process.args = ['/bin/true'];
      },
      { env, flags: ['--detach'] },
    );
    expect(result.code).toBe(0);
    expect(heard()).toEqual([]);
  });

  it('goes to a manager with an abstract name too', async () => {
    const { env, heard } = await manager('@hoist-test-manager');
    await root().run(says('READY=1'), { env, flags: ['--detach'] });
    expect(heard()).toHaveLength(3);
  });

  it('does not end before the manager has taken it in', async () => {
    const { env, heard } = await manager(undefined, 'keep');
    const container = await root().create(says('READY=1'), { env });
    const start = root().spawn(['start', container.id], { env });
    await until('the barrier', () => (heard().length === 3 ? true : undefined));
    await pause(500);
    expect(start.child.exitCode).toBeNull();
    start.child.kill('SIGKILL');
    await start.result();
  });
});

describe('a manager that is not there', () => {
  const env = { NOTIFY_SOCKET: '/run/nobody' };
  const brief = (config: Config) => {
    config.process.args = ['/bin/true'];
  };

  it('keeps start from starting', async () => {
    const container = await root().create(brief, { env });
    const { code, stderr } = await root().runtime(['start', container.id], { env });
    expect(code).toBe(1);
    expect(stderr).toContain('connect');
    if (isHoist) expect((await container.state()).status).toBe('created');
  });

  it.each([[[]], [['--detach']]])('is none of the business of run (%j)', async (flags) => {
    const { code, stderr } = await root().run(brief, { env, flags });
    expect(code).toBe(0);
    if (isHoist) expect(stderr).toContain('level=warning msg="cannot reach the service manager: connect /run/nobody');
  });

  it('that create did not know of is not waited for by start', async () => {
    const { env: known } = await manager();
    const container = await root().create(brief);
    const { code, stderr } = await root().runtime(['start', container.id], { env: known });
    if (isHoist) expect(code).toBe(0);
    if (isHoist) expect(stderr).toContain('NOTIFY_SOCKET was not set when the container was created');
  });
});
