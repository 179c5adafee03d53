import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Process } from '../../src/spec/types.ts';
import type { Patch } from './harness/bundle.ts';
import { answers, type Caller, probe, type Questions, type RunOptions } from './harness/caller.ts';
import type { Container } from './harness/container.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';
import { until } from './harness/until.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

/** A container that stays, changed by the test. */
function staying(caller: Caller, patch: Patch = () => undefined, options: RunOptions = {}): Promise<Container> {
  return caller.started((config, bundle) => {
    config.process.args = ['sleep', '1000'];
    return patch(config, bundle);
  }, options);
}

/** What the probe says in a process of its own. */
async function factsOf(
  caller: Caller,
  id: string,
  flags: readonly string[],
  ...questions: Questions
): Promise<string[]> {
  const { code, stdout, stderr } = await caller.runtime(['exec', ...flags, id, ...probe(...questions)]);
  expect({ code, stderr: isHoist ? stderr : '' }, stderr).toEqual({ code: 0, stderr: '' });
  return answers(stdout);
}

/** Writes a process.json beside the bundle. */
function processFile(container: Container, process: Partial<Process>): string {
  writeFileSync(join(container.bundle.outside.path, 'process.json'), JSON.stringify({ cwd: '/', ...process }));
  return `${container.bundle.path}/process.json`;
}

describe.each(['root', 'rootless', 'userns'] as const)('exec, called by %s', (mode) => {
  it('runs a process in all namespaces, groups and limits of the container', async () => {
    const caller = scene.as(mode);
    const container = await staying(caller);
    const links = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'].map((name) => [
      'readlink',
      `/proc/self/ns/${name}`,
    ]);
    const first = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'].map((name) => [
      'readlink',
      `/proc/1/ns/${name}`,
    ]);
    const all = await factsOf(
      caller,
      container.id,
      [],
      ...links,
      ...first,
      ['read', '/proc/self/cgroup'],
      ['read', '/proc/1/cgroup'],
    );
    expect(all.slice(0, 7)).toEqual(all.slice(7, 14));
    expect(all[14]).toBe(all[15]);
  });

  it('gives it what the container gave its own process', async (context) => {
    notOn(context, { runc: '1.3', crun: 'never' }, 'the engine of the language or the container changes the limits');
    const caller = scene.as(mode);
    const container = await staying(caller, (config) => {
      config.process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 123, hard: 234 }];
    });
    const asked: Questions = [['capabilities'], ['privileges'], ['umask'], ['rlimits'], ['ids']];
    const [own] = [await factsOf(caller, container.id, [], ...asked)];
    const same = await caller.facts(asked, (config) => {
      config.process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 123, hard: 234 }];
    });
    expect(own).toEqual(same);
    expect(own?.[3]).toMatch(/NOFILE 123.*234/);
  });

  it('exits with the code of the process, and 128 + N for a signal', async () => {
    const caller = scene.as(mode);
    const { id } = await staying(caller);
    const codeOf = async (...words: string[]) => (await caller.runtime(['exec', id, ...words])).code;
    expect(await codeOf('true')).toBe(0);
    expect(await codeOf('false')).toBe(1);
    expect(await codeOf('sh', '-c', 'exit 42')).toBe(42);
    expect(await codeOf('sh', '-c', 'kill -9 $$')).toBe(137);
  });

  it('works before `start` too, and not after the end', async (context) => {
    if (mode === 'rootless') {
      notOn(context, { crun: 'never' }, 'cannot look at a process that is not dumpable');
      if (isHoist) context.skip('the process that waits for `start` is not dumpable: docs/compat.md');
    }
    const caller = scene.as(mode);
    const container = await caller.create((config) => {
      config.process.args = ['sleep', '1000'];
    });
    expect((await caller.runtime(['exec', container.id, 'echo', 'early'])).stdout).toBe('early\n');
    await container.start();
    await container.kill('KILL');
    await container.reaches('stopped');
    const late = await caller.runtime(['exec', container.id, 'true']);
    expect(late.code).toBe(isHoist ? 255 : late.code);
    expect(late.stderr).toContain(isHoist ? 'cannot exec in a stopped container' : '');
  });

  it('leaves nothing open but stdio, and what is to be preserved', async () => {
    const caller = scene.as(mode);
    const { id } = await staying(caller);
    const wrapper = ['sh', '-c', 'exec 3</etc/passwd 4</etc/group 5</; exec "$@"', '-'];
    const numbers = async (...flags: string[]) => {
      const { stdout } = await caller.runtime(['exec', ...flags, id, ...probe(['fds'])], { wrapper });
      return answers(stdout)[0]
        ?.split('\n')
        .map((line) => line.split(' ')[0]);
    };
    expect(await numbers()).toEqual(['0', '1', '2']);
    expect(await numbers('--preserve-fds', '2')).toEqual(['0', '1', '2', '3', '4']);
  });
});

describe('the process of exec', () => {
  it('is that of the bundle, changed by the options', async (context) => {
    notOn(context, { crun: 'never' }, 'does not know --additional-gids');
    const container = await staying(root(), (config) => {
      config.process.env = ['PATH=/bin', 'A=spec', 'B=spec'];
    });
    const flags = [
      '--cwd',
      '/tmp',
      '-e',
      'A=option',
      '-e',
      'C=1,D=2',
      '-u',
      '1000:1001',
      '-g',
      '5',
      '-g',
      '6',
      '--no-new-privs=false',
    ];
    const [cwd, env = '', id, nnp] = await factsOf(
      root(),
      container.id,
      flags,
      ['cwd'],
      ['env'],
      ['ids'],
      ['privileges'],
    );
    expect(cwd).toBe('/tmp');
    expect(env.split('\n').sort()).toEqual(['A=option', 'B=spec', 'C=1,D=2', 'HOME=/home/user', 'PATH=/bin']);
    expect(id).toMatch(/1000.*1001.*5.*6/s);
    expect(nnp).toMatch(/0/);
  });

  it('is read anew: a changed config.json counts for the next process', async (context) => {
    notOn(context, { crun: 'never' }, 'keeps a copy');
    const container = await staying(root());
    const file = join(container.bundle.outside.path, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8'));
    config.process.cwd = '/tmp';
    writeFileSync(file, JSON.stringify(config));
    expect(await factsOf(root(), container.id, [], ['cwd'])).toEqual(['/tmp']);
  });

  it('gets capabilities in addition, never inheritable ones', async (context) => {
    notOn(context, { crun: 'never' }, 'replaces the sets');
    const { id } = await staying(root());
    const [without = ''] = await factsOf(root(), id, [], ['capabilities']);
    const [caps = ''] = await factsOf(root(), id, ['-c', 'CAP_SYS_CHROOT', '-c', 'CAP_MKNOD'], ['capabilities']);
    const bits = (text: string, set: string) =>
      BigInt(`0x${new RegExp(`${set}\\w*[:\\s]+([0-9a-f]{16})`, 'i').exec(text)?.[1] ?? '0'}`);
    const more = 2n ** 18n + 2n ** 27n;
    for (const set of ['bnd|bounding', 'eff', 'prm|perm'])
      expect(bits(caps, `(?:${set})`)).toBe(bits(without, `(?:${set})`) + more);
    expect(bits(caps, 'inh')).toBe(0n);
  });

  it('takes a process from a pipe, such as <(…) of a shell', async () => {
    const container = await staying(root());
    const file = processFile(container, { args: ['/bin/echo', 'piped'] });
    const wrapper = ['sh', '-c', `cat ${file} | "$@"`, '-'];
    const { stdout, stderr } = await root().runtime(['exec', '--process', '/dev/stdin', container.id], { wrapper });
    expect(stdout, stderr).toBe('piped\n');
  });

  it('comes from a file, and what that does not say from the container', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'knows no umask for it, or no HOME');
    const container = await staying(root(), (config) => {
      config.process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 123, hard: 234 }];
      config.process.user = { uid: 0, gid: 0, umask: 0o27 };
    });
    const args = probe(['env'], ['umask'], ['rlimits'], ['ids']);
    const file = processFile(container, { args, env: ['ONLY=this', 'PATH=/bin'], user: { uid: 7, gid: 8 } });
    const { stdout, stderr, code } = await root().runtime(['exec', '--process', file, container.id]);
    expect(code, stderr).toBe(0);
    const [env, umask, limits, id] = answers(stdout);
    expect(env?.split('\n').sort()).toEqual(['HOME=/', 'ONLY=this', 'PATH=/bin']);
    expect(umask).toBe('0027');
    expect(limits).toMatch(/NOFILE 123.*234/);
    expect(id).toMatch(/7.*8/s);
  });

  it('is bound to the processors that execCPUAffinity names', async (context) => {
    notOn(context, { runc: '1.3', crun: '1.20' }, 'does not know execCPUAffinity');
    const container = await staying(root());
    const args = ['grep', 'Cpus_allowed_list', '/proc/self/status'];
    const file = processFile(container, { args, env: ['PATH=/bin'], execCPUAffinity: { initial: '0', final: '1' } });
    expect((await root().runtime(['exec', '-p', file, container.id])).stdout).toMatch(/:\s1$/m);
    const only = processFile(container, { args, env: ['PATH=/bin'], execCPUAffinity: { initial: '0' } });
    expect((await root().runtime(['exec', '-p', only, container.id])).stdout).toMatch(/:\s0$/m);
  });

  it('may use every processor of the container, whatever the caller is bound to', async (context) => {
    notOn(context, { runc: '1.4', crun: 'never' }, "hands the caller's affinity on");
    const { id } = await staying(root());
    const bound = { wrapper: ['taskset', '-c', '0'] };
    const { stdout } = await root().runtime(['exec', id, 'grep', 'Cpus_allowed_list', '/proc/self/status'], bound);
    expect(stdout).toMatch(/:\s0-/);
  });

  it('has the scheduling of the container, or its own', async (context) => {
    notOn(context, { runc: '1.3', crun: '1.12' }, 'does not know process.scheduler');
    const container = await staying(root(), (config) => {
      config.process.scheduler = { policy: 'SCHED_BATCH', nice: 7 };
    });
    const args = ['cat', '/proc/self/stat'];
    const stat = async (flags: string[], words: string[] = []) => {
      const { stdout } = await root().runtime(['exec', ...flags, container.id, ...words]);
      const fields = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ');
      return { nice: fields[16], policy: fields[38] };
    };
    expect(await stat([], args)).toEqual({ nice: '7', policy: '3' });
    const file = processFile(container, { args, env: ['PATH=/bin'], scheduler: { policy: 'SCHED_OTHER', nice: 3 } });
    expect(await stat(['-p', file])).toEqual({ nice: '3', policy: '0' });
  });
});

describe('the caller of exec', () => {
  it('gets the pid in a file, and its process back at once with --detach', async () => {
    const { id, bundle } = await staying(root());
    const { code, stderr } = await root().runtime([
      'exec',
      '-d',
      '--pid-file',
      `${bundle.path}/pid2`,
      id,
      'sleep',
      '500',
    ]);
    expect(code, stderr).toBe(0);
    const pid = Number(readFileSync(join(bundle.outside.path, 'pid2'), 'utf8'));
    expect(scene.machine.read(`/proc/${pid}/cmdline`)).toBe('sleep\x00500\x00');
  });

  it('finds no process where the pid file cannot be written', async (context) => {
    notOn(context, { crun: 'never' }, 'leaves it running');
    const { id } = await staying(root());
    const { code, stderr } = await root().runtime(['exec', '-d', '--pid-file', '/nowhere/pid', id, 'sleep', '501']);
    expect(code).toBe(isHoist ? 255 : code);
    expect(code).not.toBe(0);
    expect(stderr).toContain('/nowhere');
    const { stdout } = await root().runtime(['exec', id, 'ps']);
    expect(stdout).not.toContain('sleep 501');
  });

  it('hands signals on', async () => {
    const { id } = await staying(root());
    const command = root().spawn([
      'exec',
      id,
      'sh',
      '-c',
      'trap "echo got it; exit 3" TERM; echo ready; while :; do sleep 0.1; done',
    ]);
    await until('the trap', () => command.stdout.includes('ready') || undefined);
    command.child.kill('SIGTERM');
    const { code, stdout } = await command.result();
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'ready\ngot it\n' });
  });

  it('gets a terminal over the console socket', async () => {
    const { id } = await staying(root());
    const socket = `${root().newBundle().path}/console.sock`;
    const relay = scene.machine.spawn(['/run/tools/machine', 'console', socket]);
    await until('the listener', () => (relay.stdout.includes('listening') ? true : undefined));
    const { code, stderr } = await root().runtime([
      'exec',
      '-t',
      '-d',
      '--console-socket',
      socket,
      id,
      ...probe(['tty']),
    ]);
    expect(code, stderr).toBe(0);
    await relay.result();
    expect(relay.stdout).toContain('0 /dev/pts/0');
    expect(relay.stdout).toContain('controlling yes');
  });

  it('has its input passed on', async () => {
    const { id } = await staying(root());
    const command = root().spawn(['exec', id, 'cat']);
    command.child.stdin?.end('through and through\n');
    expect((await command.result()).stdout).toBe('through and through\n');
  });

  it.each([
    [['-t', '-d'], 'cannot allocate tty if (runc|hoist) will detach without setting console socket'],
    [['--console-socket', '/tmp/x'], 'cannot use console socket if (runc|hoist) will not detach or allocate tty'],
  ])('is told that %j cannot be', async (flags, text) => {
    const { id } = await staying(root());
    const { code, stderr } = await root().runtime(['exec', ...flags, id, 'true']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(isHoist ? new RegExp(text) : /./);
  });
});

describe('exec fails', () => {
  const failures: [string[], string][] = [
    [['no-such-program'], 'exec: \\"no-such-program\\": executable file not found in $PATH'],
    [['/no/such/program'], 'exec: \\"/no/such/program\\": stat /no/such/program: no such file or directory'],
    [['/etc/passwd'], 'exec: \\"/etc/passwd\\": permission denied'],
    [['/tmp'], 'exec: \\"/tmp\\": is a directory: permission denied'],
  ];
  it.each(failures)('%j with code 255 and words that engines look for', async (words, text) => {
    const { id } = await staying(root());
    const { code, stderr } = await root().runtime(['exec', id, ...words]);
    expect(code).toBe(isHoist ? 255 : code);
    expect(code).not.toBe(0);
    expect(stderr).toContain(isHoist ? `exec failed: unable to start container process: ${text}` : '');
  });

  it.each([
    [['-u', 'root'], 'bad uid'],
    [['-u', '1x'], 'bad uid'],
    [['-u', '-1'], 'bad uid'],
    [['-u', '4294967295'], 'bad uid'],
    [['-u', '4294967296'], 'bad uid'],
    [['-u', '1:'], 'bad gid'],
    [['-u', ''], ''],
    [['-g', '-1'], 'bad additional-gids'],
  ])('for %j, which is no id, and never runs as root instead (CVE-2026-30892)', async (flags, text) => {
    if (!isHoist) return;
    const { id } = await staying(root());
    const { code, stderr } = await root().runtime(['exec', ...flags, id, 'true']);
    expect(code).toBe(text === '' ? 0 : 255);
    expect(stderr).toContain(text);
  });

  it('for a container that is not there', async () => {
    const { code, stderr } = await root().runtime(['exec', 'nobody', 'true']);
    expect(code).toBe(isHoist ? 255 : code);
    expect(stderr).toMatch(/does not exist|No such file/);
  });

  it('for a paused one, unless told to wait', async () => {
    const { id } = await staying(root());
    await root().runtime(['pause', id]);
    const refused = await root().runtime(['exec', id, 'true']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/paused/);
    if (isHoist)
      expect(refused.stderr).toContain('cannot exec in a paused container (use --ignore-paused to override)');
    const waiting = isHoist ? root().spawn(['exec', '--ignore-paused', id, 'echo', 'at last']) : undefined;
    await root().runtime(['resume', id]);
    if (waiting) expect((await waiting.result()).stdout).toBe('at last\n');
  });

  it('for a process.json that is none, with the name of the field', async () => {
    const container = await staying(root());
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ args: [] }, /args/],
      [{ args: ['true'], cwd: 'tmp' }, /[cC]wd/],
      [{ args: ['true'], user: { uid: 'root' } }, /user\.uid/],
      [{ args: ['true'], rlimits: [{ type: 'RLIMIT_X', soft: 1, hard: 1 }] }, /rlimits\[0\]\.type/],
    ];
    for (const [process, text] of isHoist ? cases : []) {
      const file = processFile(container, process as Partial<Process>);
      const { code, stderr } = await root().runtime(['exec', '-p', file, container.id]);
      expect(code).toBe(255);
      expect(stderr).toMatch(text);
    }
  });

  it('without a command', async () => {
    const { id } = await staying(root());
    const { code, stderr } = await root().runtime(['exec', id]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(isHoist ? 'exec args cannot be empty' : '');
  });
});

describe('exec --cgroup', () => {
  const groups: Patch = (config) => {
    config.linux.cgroupsPath = `/${config.hostname}-exec`;
    for (const mount of config.mounts) {
      if (mount.type === 'cgroup') mount.options = mount.options?.filter((option) => option !== 'ro') ?? [];
    }
  };

  it('enters groups below the container, by controller or in all', async (context) => {
    notOn(
      context,
      { runc: '1.4', crun: 'never' },
      'takes one path for all, or the name of a sibling for a group below',
    );
    const { id } = await staying(root(), groups);
    for (const controller of ['memory', 'pids'])
      mkdirSync(scene.machine.path(`/sys/fs/cgroup/${controller}/runc-exec/sub`));
    const run = (...flags: string[]) => root().runtime(['exec', ...flags, id, 'cat', '/proc/self/cgroup']);
    const split = await run('--cgroup', 'memory:sub', '--cgroup', 'pids:/sub');
    expect(split.stdout).toMatch(/:memory:.*runc-exec\/sub$/m);
    expect(split.stdout).toMatch(/:pids:.*runc-exec\/sub$/m);
    expect(split.stdout).toMatch(/:cpu.*:.*runc-exec$/m);
    const [none, unknown, out, sibling] = await Promise.all([
      run('--cgroup', 'memory:nothing'),
      run('--cgroup', 'whaaat:/'),
      run('--cgroup', '..'),
      run('--cgroup', 'cpu:../runc-exec-sibling'),
    ]);
    expect(none.stderr).toMatch(/ adding pid .*o such file or directory/);
    expect(unknown.stderr).toContain('unknown controller ');
    expect(out.stderr).toContain('bad sub cgroup path');
    expect(sibling.stderr).toContain('bad sub cgroup path');
    for (const { code } of [none, unknown, out, sibling]) expect(code).toBe(isHoist ? 255 : code);
  });
});

describe('a container that is full', () => {
  it('has room for as many processes as its limit says', async (context) => {
    notOn(context, { runc: 'never' }, 'its own threads count');
    const { id } = await staying(root(), (config) => {
      config.linux.resources = { pids: { limit: 2 } };
    });
    const { code, stderr } = await root().runtime(['exec', id, 'true']);
    expect(code, stderr).toBe(0);
  });
});

describe('exec keeps the container out', () => {
  it('of what it does before execve: nobody inside may look at it (CVE-2016-9962)', async () => {
    // Catches: joining the pid namespace while dumpable. A container whose root has the capabilities of the new process looks through
    // /proc for its executable and descriptors, as fast as it can. (With CAP_SYS_PTRACE in the host's user namespace it may, by any runtime.)
    const container = await staying(root(), (config) => {
      config.root.readonly = false;
    });
    const spy = `while :; do for p in /proc/[0-9]*; do [ "$p" = /proc/1 ] && continue; l=$(readlink $p/exe 2>/dev/null);
      case "$l" in *hoist*|*memfd*) echo "$l" >> /tmp/seen;; esac; done; done`;
    const watcher = root().spawn(['exec', container.id, 'sh', '-c', spy]);
    for (let round = 0; round < 60; round++) await root().runtime(['exec', container.id, 'true']);
    watcher.child.kill('SIGKILL');
    await watcher.result();
    const seen = join(container.bundle.outside.rootfs, 'tmp/seen');
    expect(existsSync(seen) ? readFileSync(seen, 'utf8') : '').toBe('');
  });

  it('of the filter: it is that of the container, also when the cache has forgotten it', async () => {
    const container = await staying(root(), (config) => {
      config.linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_AARCH64'],
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 88 }],
      };
      config.root.readonly = false;
    });
    await scene.machine.run(['rm', '-rf', `${root().root}/.cache`]);
    const { code, stderr } = await root().runtime(['exec', container.id, 'mkdir', '/tmp/x']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Socket operation on non-socket|mkdir/);
    if (!isHoist) return;
    await scene.machine.run(['rm', `${root().root}/${container.id}/seccomp`]);
    const without = await root().runtime(['exec', container.id, 'mkdir', '/tmp/x']);
    expect(without.code).toBe(255);
    expect(without.stderr).toContain("the container's seccomp filter is gone");
  });
});
