// Seccomp notify: an agent outside of the container answers for its system calls.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Seccomp } from '../../src/spec/types.ts';
import type { Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

const MKDIR = ['mkdir', 'mkdirat'];
let sockets = 0;

/** Somebody who answers every mkdir with ENOMEDIUM, and lets all else go on (harness/agent.c). */
async function agent(path = `/run/agent-${++sockets}`) {
  const command = scene.machine.spawn(['/run/tools/machine', 'agent', path]);
  scene.later(async () => {
    command.child.kill('SIGTERM');
    await command.result();
    await scene.machine.run(['rm', '-f', path]);
  });
  await until('the agent', () => (command.stdout.includes('listening') ? true : undefined));
  const lines = (word: string) =>
    command.stdout
      .split('\n')
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1));
  return {
    path,
    asked: () => lines('asked').map(Number),
    states: () =>
      lines('state').map((line) => ({
        descriptors: Number(line.slice(0, line.indexOf(' '))),
        document: JSON.parse(line.slice(line.indexOf(' '))),
      })),
    end: () => {
      command.child.kill('SIGTERM');
      return command.result();
    },
  };
}

const asking =
  (listenerPath: string, names: readonly string[], more: Partial<Seccomp> = {}) =>
  (config: Config) => {
    const syscalls: Seccomp['syscalls'] = [{ names: [...names], action: 'SCMP_ACT_NOTIFY' }];
    config.linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', listenerPath, syscalls, ...more };
  };

describe.each([
  ['root', true],
  ['root', false],
  ['rootless', true],
  ['rootless', false],
  ['userns', false],
] as const)('an agent, runtime called by %s, no_new_privs %s', (mode, noNewPrivileges) => {
  it('answers what the filter asks, in the foreground', async () => {
    const { path, asked } = await agent();
    const [mkdir, privileges] = await scene.as(mode).facts([['mkdir', '/tmp/x'], ['privileges']], (config) => {
      asking(path, MKDIR)(config);
      config.process.noNewPrivileges = noNewPrivileges;
    });
    expect([mkdir, privileges]).toEqual(['ENOMEDIUM', `no_new_privs ${noNewPrivileges ? 1 : 0} dumpable 1 seccomp 2`]);
    expect(asked()).toHaveLength(1);
  });

  it('is told who asks when the container is created, and answers once it is started', async () => {
    const { path, asked, states } = await agent();
    const container = await scene.as(mode).create((config) => {
      asking(path, MKDIR, { listenerMetadata: 'mine' })(config);
      config.annotations = { 'org.example': 'value' };
      config.process.noNewPrivileges = noNewPrivileges;
      config.process.args = probe(['mkdir', '/tmp/x']);
    });
    const state = await until('the state', () => states()[0]);
    expect(states()).toHaveLength(1);
    expect(state).toEqual({
      descriptors: 1,
      document: {
        ociVersion: expect.stringMatching(/^1\./),
        fds: ['seccompFd'],
        pid: container.pid,
        metadata: 'mine',
        state: expect.objectContaining({
          ociVersion: expect.stringMatching(/^1\./),
          id: container.id,
          status: 'creating',
          pid: container.pid,
          bundle: container.bundle.path,
        }),
      },
    });
    expect(state?.document.state.annotations).toMatchObject({ 'org.example': 'value' });
    expect(asked()).toEqual([]);
    expect((await container.start()).code).toBe(0);
    await container.says('ENOMEDIUM');
    await container.reaches('stopped');
  });
});

describe.each([
  ['root', true],
  ['root', false],
  ['rootless', true],
] as const)('exec, runtime called by %s, no_new_privs %s', (mode, noNewPrivileges) => {
  it('introduces its process too, which has a filter of its own', async () => {
    const { path, asked, states } = await agent();
    const container = await scene.as(mode).started((config) => {
      asking(path, MKDIR, { listenerMetadata: 'mine' })(config);
      config.process.noNewPrivileges = noNewPrivileges;
      config.process.args = ['/bin/sleep', '100'];
    });
    const result = await scene.as(mode).runtime(['exec', container.id, ...probe(['mkdir', '/tmp/x'], ['fds'])]);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ENOMEDIUM\n\f0 .*\n1 .*\n2 .*\n\f$/) });
    expect(asked()).toHaveLength(1);
    const { pid, metadata, state } = states()[1]?.document ?? {};
    expect(pid).not.toBe(container.pid);
    expect({ metadata, state }).toMatchObject({ metadata: 'mine', state: { status: 'running', pid: container.pid } });
  });
});

describe('exec', () => {
  it('is refused when the agent has gone', async () => {
    const { path, end } = await agent();
    const container = await root().started((config) => {
      asking(path, MKDIR)(config);
      config.process.args = ['/bin/sleep', '100'];
    });
    await end();
    const { code, stderr } = await root().runtime(['exec', container.id, '/bin/true']);
    expect(code).toBe(255);
    expect(stderr).toContain('failed to connect with seccomp agent specified in the seccomp profile');
  });
});

describe('a profile that asks', () => {
  it.each(['run', 'create'])('about the calls that the runtime makes itself does not stop it (%s)', async (verb) => {
    const { path, asked } = await agent();
    const calls = ['execve', 'openat', 'open', 'read', 'close', 'fcntl', 'sendmsg', 'recvmsg', 'connect', 'prctl'];
    const configure = (config: Config) => {
      asking(path, calls)(config);
      config.process.args = probe(['args', 'through']);
    };
    if (verb === 'run') expect((await root().run(configure)).stdout).toContain('[through]');
    else await (await root().started(configure)).says('[through]');
    expect(asked()).not.toEqual([]);
  });

  it.each(['run', 'create'])('need not allow what only the runtime would do (%s)', async (verb) => {
    // What the program itself needs, and for `create` the way to the exec fifo.
    const allowed = ['execve', 'write', 'writev', 'exit_group', 'exit', 'brk', 'mmap', 'munmap', 'fstat', 'newfstatat'];
    const needed = [...allowed, 'arch_prctl', 'set_tid_address', 'set_robust_list', 'rseq', 'mprotect', 'prlimit64'];
    const more = ['readlink', 'readlinkat', 'getrandom', ...(verb === 'create' ? ['openat', 'close'] : [])];
    const { path } = await agent();
    const configure = (config: Config) => {
      asking(path, MKDIR, {
        defaultAction: 'SCMP_ACT_KILL_PROCESS',
        syscalls: [
          { names: [...needed, ...more], action: 'SCMP_ACT_ALLOW' },
          { names: MKDIR, action: 'SCMP_ACT_NOTIFY' },
        ],
      })(config);
      config.process.noNewPrivileges = true;
      config.process.args = probe(['mkdir', '/tmp/x']);
    };
    if (!isHoist) return;
    if (verb === 'run') expect(await root().run(configure)).toMatchObject({ code: 0, stdout: 'ENOMEDIUM\n\f' });
    else await (await root().started(configure)).says('ENOMEDIUM');
  });

  it('leaves the container no descriptor', async () => {
    const { path } = await agent();
    const [descriptors = ''] = await root().facts([['fds']], asking(path, MKDIR));
    expect(descriptors.split('\n').map((line) => line.split(' ')[0])).toEqual(['0', '1', '2']);
  });

  it('holds for startContainer hooks, which have no descriptor more than others', async () => {
    const { path, asked } = await agent();
    const script = 'mkdir /dev/shm/x; ls /proc/self/fd >/dev/shm/fds; exec /bin/true';
    const container = await root().started((config) => {
      asking(path, MKDIR)(config);
      config.hooks = { startContainer: [{ path: '/bin/sh', args: ['sh', '-c', script] }] };
      config.process.args = ['/bin/sh', '-c', 'cat /dev/shm/fds; ls /dev/shm; echo end'];
    });
    await container.says('end');
    expect(container.stdout).toBe('0\n1\n2\n3\nfds\nend\n');
    expect(asked()).toHaveLength(1);
  });

  it('finds an agent with an abstract name', async () => {
    const { path } = await agent('@hoist-test-agent');
    expect(await root().facts([['mkdir', '/tmp/x']], asking(path, MKDIR))).toEqual(['ENOMEDIUM']);
  });

  it('finds the agent of run.oci.seccomp.receiver', async (context) => {
    notOn(context, { runc: 'never' }, "the annotation is crun's");
    const { path } = await agent();
    const [mkdir] = await root().facts([['mkdir', '/tmp/x']], (config) => {
      asking(path, MKDIR)(config);
      delete config.linux.seccomp?.listenerPath;
      config.annotations = { 'run.oci.seccomp.receiver': path };
    });
    expect(mkdir).toBe('ENOMEDIUM');
  });

  it('is introduced with annotations of any size', async () => {
    const { path, states } = await agent();
    const large = 'x'.repeat(200_000);
    await root().facts([['ids']], (config) => {
      asking(path, MKDIR)(config);
      config.annotations = { large };
    });
    expect(states()[0]?.document.state.annotations.large).toBe(large);
  });

  it('gets ENOSYS once the agent has gone', async () => {
    const { path, end } = await agent();
    const { command } = root().running((config) => {
      asking(path, MKDIR)(config);
      config.process.args = ['/bin/sh', '-c', 'echo ready; read line; mkdir /tmp/x'];
    });
    await until('the container', () => (command.stdout.includes('ready') ? true : undefined));
    await end();
    command.child.stdin?.end('go\n');
    expect((await command.result()).stderr).toContain('Function not implemented');
  });

  it('waits killably when it says so', async (context) => {
    notOn(context, { runc: '1.5', crun: '1.21' }, 'WAIT_KILLABLE_RECV is younger');
    const { path } = await agent();
    const result = await root().run(
      (config) => {
        asking(path, MKDIR, { flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV', 'SECCOMP_FILTER_FLAG_TSYNC'] })(config);
        config.process.args = probe(['mkdir', '/tmp/x']);
      },
      { globals: ['--debug'] },
    );
    expect(result.stdout).toContain('ENOMEDIUM');
    if (isHoist) expect(result.stderr).toContain('seccomp filter flags: 40');
  });

  it('is loaded on a single processor too', async () => {
    const { path } = await agent();
    const [mkdir] = await root().facts([['mkdir', '/tmp/x']], (config) => {
      asking(path, MKDIR)(config);
      config.linux.resources = { ...config.linux.resources, cpu: { cpus: '0' } };
    });
    expect(mkdir).toBe('ENOMEDIUM');
  });
});

describe('a profile that asks nobody', () => {
  it.each([
    ['run', '/run/nobody', 'no such file or directory'],
    ['create', '/run/nobody', 'no such file or directory'],
    ['run', '@nobody', 'connection refused'],
  ] as const)('is refused by %s when %s is not there', async (verb, path, why) => {
    const bundle = root().newBundle();
    const flags = ['--pid-file', `${bundle.path}/pid`];
    const call = verb === 'run' ? root().run : root().tryCreate;
    const { code, stderr } = await call.call(root(), asking(path, MKDIR), { bundle, flags });
    expect(code).not.toBe(0);
    expect(stderr).toContain('failed to connect with seccomp agent specified in the seccomp profile');
    expect(stderr).toContain(why);
    expect(existsSync(`${bundle.outside.path}/pid`)).toBe(false);
  });

  it.each([
    ['without a listenerPath', MKDIR, { listenerPath: '' }, 'seccomp listenerPath is not set'],
    ['about write', ['write'], {}, 'SCMP_ACT_NOTIFY cannot be used for the write syscall'],
    ['about everything', MKDIR, { defaultAction: 'SCMP_ACT_NOTIFY' }, 'SCMP_ACT_NOTIFY cannot be used as default'],
  ] as const)('is refused %s', async (_name, names, more, words) => {
    const { code, stderr } = await root().run(asking('/run/nobody', names, more));
    expect(code).not.toBe(0);
    if (isHoist) expect(stderr).toContain(words);
  });

  it('needs none when no rule asks', async () => {
    const result = await root().run((config) => {
      config.linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/run/nobody' };
      config.process.args = ['/bin/true'];
    });
    expect(result.code).toBe(0);
  });
});
