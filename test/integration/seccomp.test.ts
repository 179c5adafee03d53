import { describe, expect, it } from 'vitest';
import type { Seccomp } from '../../src/spec/types.ts';
import type { Config } from './harness/bundle.ts';
import { probe } from './harness/caller.ts';
import { notOn, useScene } from './harness/scene.ts';
import { isHoist } from './harness/subject.ts';

const scene = useScene(import.meta.filename);

const ARM = process.arch === 'arm64';
/** Numbers of system calls on this machine. */
const NUMBER = { personality: String(ARM ? 92 : 135), getpriority: String(ARM ? 141 : 140) };
const MKDIR = ['mkdir', 'mkdirat'];
const QUERY = '0xffffffff';

const allowBut =
  (...syscalls: NonNullable<Seccomp['syscalls']>) =>
  (config: Config) => {
    config.linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls };
  };

describe.each(['root', 'rootless', 'userns'] as const)('a seccomp profile, runtime called by %s', (mode) => {
  it('makes a system call fail with the errno of the rule', async () => {
    const [mkdir, mode2] = await scene
      .as(mode)
      .facts([['mkdir', '/tmp/x'], ['privileges']], allowBut({ names: MKDIR, action: 'SCMP_ACT_ERRNO', errnoRet: 38 }));
    expect(mkdir).toBe('ENOSYS');
    expect(mode2).toBe('no_new_privs 1 dumpable 1 seccomp 2');
  });

  it('holds without no_new_privs too', async () => {
    const [mkdir, privileges] = await scene.as(mode).facts([['mkdir', '/tmp/x'], ['privileges']], (config) => {
      allowBut({ names: MKDIR, action: 'SCMP_ACT_ERRNO' })(config);
      config.process.noNewPrivileges = false;
    });
    expect([mkdir, privileges]).toEqual(['EPERM', 'no_new_privs 0 dumpable 1 seccomp 2']);
  });
});

describe('a seccomp profile', () => {
  const root = () => scene.as('root');

  it.each([true, false])('holds for a user who is not root (no_new_privs: %s)', async (noNewPrivileges) => {
    const [mkdir, ids] = await root().facts([['mkdir', '/dev/shm/x'], ['ids']], (config) => {
      allowBut({ names: MKDIR, action: 'SCMP_ACT_ERRNO', errnoRet: 5 })(config);
      config.process.user = { uid: 1000, gid: 1000 };
      config.process.noNewPrivileges = noNewPrivileges;
    });
    expect(mkdir).toBe('EIO');
    expect(ids).toContain('uid 1000 ');
  });

  it.each([
    ['SCMP_ACT_KILL_PROCESS', 159],
    ['SCMP_ACT_KILL', 159],
    ['SCMP_ACT_TRAP', 159],
  ] as const)('%s ends the process by SIGSYS', async (action, code) => {
    const result = await root().run((config) => {
      allowBut({ names: MKDIR, action })(config);
      config.process.args = probe(['args', 'before'], ['mkdir', '/tmp/x'], ['args', 'after']);
    });
    expect(result.code).toBe(code);
    expect(result.stdout).toContain('[before]');
    expect(result.stdout).not.toContain('[after]');
  });

  it.each(['SCMP_ACT_LOG', 'SCMP_ACT_ALLOW'] as const)('%s lets it pass', async (action) => {
    expect(await root().facts([['mkdir', '/dev/shm/x']], allowBut({ names: MKDIR, action }))).toEqual(['ok']);
  });

  it('compares arguments', async () => {
    const rule = { names: ['personality'], action: 'SCMP_ACT_ERRNO' as const, errnoRet: 22 };
    const [hit, other] = await root().facts(
      [
        ['syscall', NUMBER.personality, '8'],
        ['syscall', NUMBER.personality, QUERY],
      ],
      allowBut({ ...rule, args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] }),
    );
    expect([hit, other]).toEqual(['EINVAL', 'ok']);
  });

  it('compares 64-bit arguments under a mask', async () => {
    const rule = { names: ['getpriority'], action: 'SCMP_ACT_ERRNO' as const, errnoRet: 71 };
    const [hit, other] = await root().facts(
      [
        ['syscall', NUMBER.getpriority, '0', '0x700000000'],
        ['syscall', NUMBER.getpriority, '0', '0'],
      ],
      allowBut({ ...rule, args: [{ index: 1, value: 0x600000000, valueTwo: 0x600000000, op: 'SCMP_CMP_MASKED_EQ' }] }),
    );
    expect([hit, other]).toEqual(['EPROTO', 'ok']);
  });

  it('answers ENOSYS for system calls newer than the profile, so that a new libc falls back', async (context) => {
    notOn(context, { runc: '1.2', crun: 'never' }, 'answers with the default action');
    const [newer, known] = await root().facts(
      [
        ['syscall', '700'],
        ['mkdir', '/dev/shm/x'],
      ],
      (config) => {
        config.linux.seccomp = {
          defaultAction: 'SCMP_ACT_ERRNO',
          syscalls: [{ names: ALLOWED, action: 'SCMP_ACT_ALLOW' }],
        };
      },
    );
    expect([newer, known]).toEqual(['ENOSYS', 'EPERM']);
  });

  it('skips names of system calls that are unknown here', async () => {
    const [mkdir] = await root().facts(
      [['mkdir', '/dev/shm/x']],
      allowBut({ names: ['no_such_call_ever', ...MKDIR], action: 'SCMP_ACT_ERRNO' }),
    );
    expect(mkdir).toBe('EPERM');
  });

  it('with an unknown action is refused', async () => {
    const { code, stderr } = await root().run((config) =>
      JSON.stringify({ ...config, linux: { ...config.linux, seccomp: { defaultAction: 'SCMP_ACT_MAYBE' } } }),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/SCMP_ACT_MAYBE|seccomp/);
  });

  it('is the same the second time, from the cache', async (context) => {
    if (!isHoist) context.skip('the cache is ours');
    const profile = allowBut({ names: MKDIR, action: 'SCMP_ACT_ERRNO', errnoRet: 16 });
    const first = await root().facts([['mkdir', '/tmp/x']], profile);
    expect(await root().facts([['mkdir', '/tmp/x']], profile)).toEqual(first);
    expect(first).toEqual(['EBUSY']);
  });
});

/** What a runtime and a static program need; everything in it is older than what the ENOSYS rule is about. */
const ALLOWED = [
  ...[
    'read',
    'write',
    'open',
    'openat',
    'openat2',
    'close',
    'close_range',
    'fstat',
    'newfstatat',
    'stat',
    'lstat',
    'statx',
    'statfs',
    'fstatfs',
  ],
  ...[
    'lseek',
    'mmap',
    'mprotect',
    'munmap',
    'brk',
    'ioctl',
    'fcntl',
    'dup',
    'dup2',
    'dup3',
    'pipe2',
    'readlink',
    'readlinkat',
    'getdents64',
  ],
  ...[
    'rt_sigaction',
    'rt_sigprocmask',
    'rt_sigreturn',
    'sigaltstack',
    'tgkill',
    'gettid',
    'getpid',
    'getppid',
    'kill',
    'futex',
    'nanosleep',
  ],
  ...[
    'clone',
    'clone3',
    'execve',
    'execveat',
    'exit',
    'exit_group',
    'wait4',
    'set_tid_address',
    'set_robust_list',
    'rseq',
    'arch_prctl',
  ],
  ...[
    'prctl',
    'prlimit64',
    'getrandom',
    'capget',
    'capset',
    'setuid',
    'setgid',
    'setgroups',
    'setresuid',
    'setresgid',
    'getuid',
    'getgid',
  ],
  ...[
    'geteuid',
    'getegid',
    'chdir',
    'fchdir',
    'getcwd',
    'access',
    'faccessat',
    'faccessat2',
    'sendmsg',
    'recvmsg',
    'sendto',
    'recvfrom',
  ],
  ...[
    'umask',
    'epoll_ctl',
    'epoll_pwait',
    'epoll_create1',
    'eventfd2',
    'sched_yield',
    'madvise',
    'sched_getaffinity',
    'setsid',
    'uname',
  ],
  ...[
    'keyctl',
    'writev',
    'seccomp',
    'pread64',
    'poll',
    'ppoll',
    'clock_gettime',
    'timer_create',
    'timer_settime',
    'timer_delete',
  ],
];
