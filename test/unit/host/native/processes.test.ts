import { describe, expect, it } from 'vitest';
import { native, type SpawnedProcess } from '../../../../src/host/native.ts';
import { runProgram } from './program.ts';

/** Runs a shell script to its end. */
function shell(script: string, extra: { input?: string; cwd?: string; openFiles?: [bigint, bigint] } = {}) {
  const process = native.spawnProcess({
    path: '/bin/sh',
    argv: ['sh', '-c', script],
    env: ['PATH=/usr/bin:/bin', 'NAME=value'],
    input: '',
    ...extra,
  });
  return { status: native.waitProcess(process.pidfd, 10_000), text: end(process) };
}

function end(process: SpawnedProcess): string {
  const text = native.readTail(process.output, 100_000);
  native.close(process.output);
  native.close(process.pidfd);
  return text;
}

const self = (): number => process.pid;
const descriptors = (): number => native.readDirectory('/proc/self/fd').length;

describe('spawnProcess', () => {
  it('gives exactly this environment, folder and input', () => {
    const { status, text } = shell('cat; echo $NAME; env | grep -vc "^_=\\|^PWD=\\|^OLDPWD=\\|^SHLVL="; pwd; exit 3', {
      input: 'in\n',
      cwd: '/usr',
    });
    expect(status).toEqual({ code: 3 });
    expect(text).toBe('in\nvalue\n2\n/usr\n');
  });

  it('keeps both outputs, whole', () => {
    const { text } = shell('for i in 1 2 3; do echo out; /bin/sh -c "echo err >&2"; done');
    expect(text).toBe('out\nerr\nout\nerr\nout\nerr\n');
  });

  it('lets the program neither inherit descriptors nor change its input', () => {
    const { text } = shell('ls /proc/self/fd | tr "\\n" " "; (echo x >&0) 2>/dev/null || echo read-only', {
      input: 'x',
    });
    expect(text).toBe('0 1 2 3 read-only\n');
  });

  it('resets the signals that the engine ignores', () => {
    const { text } = shell('grep -E "SigIgn|SigBlk" /proc/self/status');
    expect(text).toMatch(/^SigBlk:\s+0+\nSigIgn:\s+0+\n$/);
  });

  it('sets the limit of open files', () => {
    expect(shell('ulimit -Sn; ulimit -Hn', { openFiles: [100n, 200n] }).text).toBe('100\n200\n');
  });

  it('says what Go says when it cannot', () => {
    const request = { argv: ['x'], env: [], input: '' };
    const before = descriptors();
    expect(() => native.spawnProcess({ ...request, path: '/does/not/exist' })).toThrow(
      'fork/exec /does/not/exist: no such file or directory',
    );
    expect(() => native.spawnProcess({ ...request, path: '/etc/passwd' })).toThrow(
      expect.objectContaining({ code: 'EACCES', syscall: 'fork/exec' }),
    );
    expect(() => native.spawnProcess({ ...request, path: '/bin/true', cwd: '/none' })).toThrow(
      'chdir /none: no such file or directory',
    );
    expect(() => native.spawnProcess({ ...request, path: 'true' })).toThrow('request.path must be an absolute path');
    expect(descriptors()).toBe(before);
  });

  it('does not wait for a daemon that keeps the output', () => {
    const start = native.now();
    const { text } = shell('echo started; sleep 3 &');
    expect(text).toBe('started\n');
    expect(native.now() - start).toBeLessThan(2_000_000);
  });
});

describe('pidfds', () => {
  it('waitProcess tells time-outs, codes and signals apart', () => {
    const child = native.spawnProcess({ path: '/bin/sleep', argv: ['sleep', '30'], env: [], input: '' });
    expect(native.waitProcess(child.pidfd, 0)).toBeUndefined();
    expect(native.waitProcess(child.pidfd, 20)).toBeUndefined();
    native.pidfdSignal(child.pidfd, 15);
    expect(native.waitProcess(child.pidfd, -1)).toEqual({ signal: 15 });
    expect(() => native.waitProcess(child.pidfd, -1)).toThrow('waitid: no child processes');
    expect(() => native.pidfdSignal(child.pidfd, 15)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    expect(() => native.pidfdOpen(child.pid)).toThrow('pidfd_open: no such process');
    expect(() => native.kill(child.pid, 0)).toThrow('kill: no such process');
    end(child);
  });

  it('pidfdExit', () => {
    const child = native.spawnProcess({ path: '/bin/sh', argv: ['sh', '-c', 'exit 7'], env: [], input: '' });
    expect(native.waitProcess(child.pidfd, -1)).toEqual({ code: 7 });
    const [major, minor] = native.readFile('/proc/sys/kernel/osrelease').split('.').map(Number) as [number, number];
    const known = major > 6 || (major === 6 && minor >= 15);
    expect(native.pidfdExit(child.pidfd)).toEqual(known ? { code: 7 } : undefined);
    end(child);
    const own = native.pidfdOpen(self());
    expect(native.pidfdExit(own)).toBeUndefined();
    native.close(own);
    expect(() => native.pidfdExit(own)).toThrow('bad file descriptor');
  });
});

describe('procfs', () => {
  it('reads and writes files of a process', () => {
    expect(native.readProcess(self(), 'status')).toContain(`Pid:\t${self()}\n`);
    const value = native.readFile('/proc/self/oom_score_adj').trim();
    native.writeProcess(self(), 'oom_score_adj', value);
    expect(() => native.writeProcess(self(), 'oom_score_adj', 'x')).toThrow(
      `write /proc/${self()}/oom_score_adj: invalid argument`,
    );
  });

  it('tells a process that is gone from a file that is not there', () => {
    expect(native.readProcess(2 ** 31 - 1, 'status')).toBeUndefined();
    expect(() => native.readProcess(self(), 'nothing')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => native.writeProcess(2 ** 31 - 1, 'status', 'x')).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });

  it('follows no link and leaves no folder', () => {
    expect(() => native.readProcess(self(), 'root/etc/passwd')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    expect(() => native.readProcess(self(), 'exe')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    for (const name of ['../version', 'task/../../version', '/etc/passwd', '']) {
      expect(() => native.readProcess(self(), name)).toThrow(RangeError);
    }
  });

  it.each([
    ['a file over the file', 'mount --bind /dev/null /proc/$$/oom_score_adj'],
    ['another file system over the folder', 'mount -t tmpfs none /proc/$$'],
    ['another file system over /proc', 'mount -t tmpfs none /proc'],
    ['a folder of procfs over /proc', 'mount --bind /proc/1 /proc'],
  ])('refuses %s', (_what, mount) => {
    const script = `try { native.writeProcess(process.pid, 'oom_score_adj', '500'); console.log('written'); }
      catch (error) { console.log(error.code); }`;
    const wrapped = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', `${mount} && exec "$@"`, 'sh'];
    const result = runProgram(script, wrapped);
    expect(result.stderr + result.stdout).toMatch(/^(EXDEV|ESRCH)\n$/);
  });
});

describe('this process', () => {
  it('ids, now, setSubreaper and setLimit', () => {
    expect(native.ids()).toEqual({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      euid: process.geteuid?.(),
      egid: process.getegid?.(),
    });
    const before = native.now();
    expect(native.now()).toBeGreaterThanOrEqual(before);
    const result = runProgram(`native.setSubreaper(true); native.setSubreaper(false);
      native.setLimit(process.pid, 4, 5n, 18446744073709551615n);
      console.log(native.readProcess(process.pid, 'limits').match(/core file size +(\\S+ +\\S+)/)[1]);
      try { native.setLimit(process.pid, 1000, 1n, 1n); } catch (error) { console.log(error.message); }`);
    expect(result.stdout.replace(/ +/g, ' ') + result.stderr).toBe('5 unlimited\nprlimit: invalid argument\n');
  });

  it('exit runs nothing of the engine', () => {
    const result = runProgram(`process.on('exit', () => console.log('handler')); native.exit(42);`);
    expect(result).toMatchObject({ status: 42, stdout: '' });
  });
});
