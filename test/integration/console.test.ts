import { describe, expect, it } from 'vitest';
import type { Config } from './harness/bundle.ts';
import { answers, probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { subject } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);

/** Somebody who listens on a console socket and relays the terminal. */
async function listener(mode: 'root' | 'rootless') {
  const caller = scene.as(mode);
  const socket = `${caller.newBundle().path}/console.sock`;
  const relay = scene.machine.spawn(
    ['/run/tools/machine', 'console', socket],
    mode === 'rootless' ? { uid: 4242 } : {},
  );
  await until('the listener', () => (relay.stdout.includes('listening') ? true : undefined));
  return { socket, relay, text: () => relay.stdout.split('\n').slice(2).join('\n') };
}

describe.each(['root', 'rootless'] as const)('a terminal, runtime called by %s', (mode) => {
  it('comes over the console socket and is the terminal of the process', async () => {
    const { socket, relay, text } = await listener(mode);
    const container = await scene.as(mode).create(
      (config) => {
        config.process.terminal = true;
        config.process.consoleSize = { width: 91, height: 27 };
        config.process.args = probe(['tty'], ['lstat', '/dev/console'], ['stat', '/dev/pts/0']);
      },
      { flags: ['--console-socket', socket] },
    );
    await until('the terminal', () => (/^listening\nreceived ?.*\n/.test(relay.stdout) ? true : undefined));
    await container.start();
    await relay.result();
    const [tty = '', device, slave] = answers(text().replaceAll('\r\n', '\n'));
    expect(tty.split('\n')).toEqual([
      '0 /dev/pts/0',
      '1 /dev/pts/0',
      '2 /dev/pts/0',
      'size 91x27',
      expect.stringMatching(/^onlcr /),
      'controlling yes',
      'foreground 1',
    ]);
    expect(device).toMatch(/^char 06\d0 .* dev 136:0/);
    expect(slave).toMatch(/^char 06\d0 /);
  });

  it('runs a shell that one can talk to', async () => {
    const { socket, relay, text } = await listener(mode);
    const container = await scene.as(mode).started(
      (config) => {
        config.process.terminal = true;
        config.process.args = ['/bin/sh'];
      },
      { flags: ['--console-socket', socket] },
    );
    relay.child.stdin?.write('echo $((6 * 7)) is the answer\n');
    await until('an answer', () => (text().includes('42 is the answer') ? true : undefined));
    relay.child.stdin?.write('exit 7\n');
    await container.reaches('stopped');
    await relay.result();
  });

  it('of the caller is used in the foreground', async () => {
    const bundle = scene.as(mode).bundle((config) => {
      config.process.terminal = true;
      config.process.args = ['/bin/sh', '-c', '/bin/probe tty; read line; echo "got $line"; exit 9'];
    });
    const command = scene.as(mode).spawn(['run', '--bundle', bundle.path, `fg-${mode}`], {
      wrapper: ['/run/tools/machine', 'pty'],
      input: 'typed\n',
    });
    const { code, stdout } = await command.result();
    expect(code).toBe(9);
    if (mode === 'root' && subject.name !== 'crun') expect(stdout).toContain('size 101x33');
    expect(stdout).toContain('0 /dev/pts/0');
    expect(stdout).toContain('got typed');
  });
});

describe('a terminal', () => {
  it('ends lines with a carriage return for those who receive it, as docker needs it', async () => {
    const { socket, relay, text } = await listener('root');
    const container = await scene.as('root').create(
      (config) => {
        config.process.terminal = true;
        config.process.args = probe(['tty']);
      },
      { flags: ['--console-socket', socket] },
    );
    await container.start();
    await relay.result();
    expect(text()).toContain('onlcr 1\r\n');
  });

  it("leaves that to the caller's in the foreground, so that it comes once", async (context) => {
    notOn(context, { crun: 'never' }, 'leaves ONLCR set');
    const { stdout } = await scene.as('root').run(
      (config) => {
        config.process.terminal = true;
        config.process.args = probe(['tty']);
      },
      { wrapper: ['/run/tools/machine', 'pty'] },
    );
    expect(stdout).toContain('onlcr 0\r\n');
  });

  it('in the foreground needs none of the caller', async (context) => {
    notOn(context, { runc: 'never' }, 'fails without /dev/tty');
    const command = scene.as('root').running(
      (config) => {
        config.process.terminal = true;
        config.process.consoleSize = { width: 71, height: 17 };
        config.process.args = ['/bin/sh', '-c', 'stty size; read line; echo "got $line"'];
      },
      { wrapper: ['setsid', '-w'], input: 'typed\n' },
    ).command;
    command.child.stdin?.end();
    const { code, stdout } = await command.result();
    expect(code).toBe(0);
    // What is typed is echoed at some time.
    expect(stdout.split('\n').sort()).toEqual(['', '17 71', 'got typed', 'typed']);
  });

  it('belongs to the user of the process', async () => {
    const { socket, relay, text } = await listener('root');
    const container = await scene.as('root').create(
      (config) => {
        config.process.terminal = true;
        config.process.user = { uid: 1000, gid: 1000 };
        config.process.args = probe(['stat', '/dev/pts/0']);
      },
      { flags: ['--console-socket', socket] },
    );
    await container.start();
    await relay.result();
    expect(text()).toMatch(/char 06\d0 1000:/);
  });

  it.each([
    [
      'detached without a console socket',
      ['create'],
      (config: Config) => terminal(config, true),
      'cannot allocate tty if',
    ],
    [
      'a console socket without a terminal',
      ['create', '--console-socket', '/run/nothing.sock'],
      (config: Config) => terminal(config, false),
      'cannot use console socket if',
    ],
    [
      'a console socket in the foreground',
      ['run', '--console-socket', '/run/nothing.sock'],
      (config: Config) => terminal(config, true),
      'cannot use console socket if',
    ],
  ])('%s is refused', async (_what, args, patch, words) => {
    const bundle = scene.as('root').bundle(patch);
    const { code, stderr } = await scene.as('root').runtime([...args, '--bundle', bundle.path, 'refused']);
    expect(code).toBe(1);
    if (subject.name !== 'crun') expect(stderr).toContain(words);
  });

  it('whose socket nobody listens on undoes create', async () => {
    const { code, stderr } = await scene
      .as('root')
      .tryCreate((config) => terminal(config, true), { flags: ['--console-socket', '/run/nothing.sock'] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/nothing.sock|no such file/i);
  });
});

describe('standard input that is no terminal', () => {
  it('is read to its end, and that is the end of it for the process too', async () => {
    const { command } = scene.as('root').running(
      (config) => {
        config.process.args = ['/bin/sh', '-c', 'cat; echo end; exit 3'];
      },
      { input: 'some\nlines\n' },
    );
    command.child.stdin?.end();
    expect(await command.result()).toMatchObject({ code: 3, stdout: 'some\nlines\nend\n' });
  });

  it('may be closed, and is empty then', async (context) => {
    notOn(context, { runc: 'never' }, 'puts a pipe there');
    const [open, content] = await scene.as('root').facts([['fds'], ['read', '/dev/stdin']], undefined, {
      wrapper: ['sh', '-c', 'exec "$@" <&-', '-'],
    });
    expect(open?.split('\n')[0]).toBe('0 /dev/null');
    expect(content).toBe('');
  });
});

function terminal(config: Config, wanted: boolean): void {
  config.process.terminal = wanted;
  config.process.args = probe(['stay']);
}
