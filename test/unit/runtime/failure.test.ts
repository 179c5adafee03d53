// What people read when hoist-init fails: runc's words first (docker and podman tell 126 from 127 by them), then a hint.
import { describe, expect, test } from 'vitest';
import { type Operation, STEPS } from '../../../src/plan/operations.ts';
import { initFailure, initWarning } from '../../../src/runtime/failure.ts';

const PREFIX = 'unable to start container process: ';
const MOUNT = {
  what: 2,
  how: 0,
  options: [],
  set: 0,
  clear: 0,
  recursiveSet: 0,
  recursiveClear: 0,
  propagations: [],
  slot: 0,
};

function failure(operation: Operation, step: (typeof STEPS)[number], errno = 0, text = '') {
  const message = {
    type: 'failed',
    op: 0,
    value: 0,
    errno,
    step: STEPS.indexOf(step),
    text,
    bytes: new Uint8Array(),
    descriptors: [],
  } as const;
  return initFailure(message, [operation]);
}

describe('the executable', () => {
  const lookup = (name: string): Operation => ({ op: 'lookup', name, paths: ['/bin', '/usr/bin'] });

  test.each([
    ['nope', 'not found in path', 2, 'exec: "nope": executable file not found in $PATH'],
    ['/nope', 'access', 2, 'exec: "/nope": stat /nope: no such file or directory'],
    ['/etc/passwd', 'not executable', 13, 'exec: "/etc/passwd": permission denied'],
    ['/etc', 'is a directory', 21, 'exec: "/etc": is a directory: permission denied'],
  ] as const)('%s', (name, step, errno, words) => {
    expect(failure(lookup(name), step, errno).message).toBe(PREFIX + words);
  });

  test('the folders that were searched are in the hint', () => {
    expect(failure(lookup('nope'), 'not found in path', 2).detail.hint).toContain('/bin, /usr/bin');
  });
});

describe('execve', () => {
  const execute: Operation = { op: 'execute', argv: ['/run.sh'], env: [], how: 0 };

  test.each([
    ['missing interpreter', '/bin/bash', 'exec /run.sh: no such file or directory', 'the interpreter /bin/bash'],
    ['crlf interpreter', '/bin/sh\r', 'exec /run.sh: no such file or directory', 'CRLF'],
    [
      'missing loader',
      '/lib64/ld-linux-x86-64.so.2',
      'exec /run.sh: no such file or directory',
      'loader /lib64/ld-linux',
    ],
    ['wrong architecture', '', 'exec /run.sh: exec format error', 'another processor architecture'],
    ['no exec format', '', 'exec /run.sh: exec format error', '#!'],
  ] as const)('%s', (step, text, words, hint) => {
    const { message, detail } = failure(execute, step, 2, text);
    expect(message).toBe(PREFIX + words);
    expect(detail.hint).toContain(hint);
  });
});

test('a mount names source, destination, system call and reason', () => {
  const operation: Operation = { op: 'mount', ...MOUNT, source: '/src', destination: '/data', type: '' };
  const { message, detail } = failure(operation, 'open_tree', 2, '/src');
  expect(message).toBe(
    `${PREFIX}error during container init: error mounting "/src" to rootfs at "/data": open_tree /src: no such file or directory`,
  );
  expect(detail).toMatchObject({
    stage: 'init',
    operation: 'mount /src at /data',
    syscall: 'open_tree',
    errno: 'ENOENT',
    path: '/src',
  });
});

test.each([
  ['a file on a directory', 21, '/src is no directory, /data in the rootfs is a directory'],
  ['a directory on a file', 20, '/src is a directory, /data in the rootfs is no directory'],
] as const)('a mount of %s is told in the words of mount(2)', (_, errno, hint) => {
  const operation: Operation = { op: 'mount', ...MOUNT, source: '/src', destination: '/data', type: '' };
  const { message, detail } = failure(operation, 'not a directory', errno);
  expect(message).toBe(
    `${PREFIX}error during container init: error mounting "/src" to rootfs at "/data": not a directory`,
  );
  expect(detail.hint).toContain(hint);
});

test.each([
  [
    'is a symlink',
    'error mounting "proc" to rootfs at "/proc": filesystem "proc" must be mounted on ordinary directory',
  ],
  ['inside proc', '"/proc" cannot be mounted because it is inside /proc'],
] as const)('/proc that %s', (step, words) => {
  const operation: Operation = { op: 'mount', ...MOUNT, source: 'proc', destination: '/proc', type: 'proc' };
  expect(failure(operation, step, 40).message).toBe(`${PREFIX}error during container init: ${words}`);
});

test('a hook that fails shows its output', () => {
  const hook: Operation = { op: 'hook', when: 1, index: 2, path: '/hook', args: [], env: [], timeout: 0, how: 0 };
  expect(failure(hook, 'hook exit', 3, 'no luck\n').message).toBe(
    `${PREFIX}error running createContainer hook #2: exit status 3, stdout: , stderr: no luck`,
  );
});

test('a scheduler that the cpuset forbids has the words of runc in its hint', () => {
  const numbers = { flags: 0, nice: 0, priority: 0, runtime: 1, deadline: 2, period: 3 };
  const { detail } = failure({ op: 'scheduler', policy: 6, ...numbers }, 'sched_setattr', 1);
  expect(detail.hint).toContain("process scheduler can't be used together with AllowedCPUs");
});

test('an escaped working directory is called what it is', () => {
  expect(failure({ op: 'cwd', path: '/proc/self/fd/7', how: 0 }, 'cwd outside').message).toContain(
    'possible container breakout detected',
  );
});

test('capabilities that cannot be granted are named', () => {
  const step = STEPS.indexOf('capset');
  const message = {
    type: 'warning',
    op: 0,
    value: 0,
    errno: 1,
    step,
    text: '1000000',
    bytes: new Uint8Array(),
    descriptors: [],
  } as const;
  const operation: Operation = { op: 'capabilities', effective: 0, permitted: 0, inheritable: 0, ambient: 0 };
  expect(initWarning(message, [operation])).toBe('cannot grant CAP_SYS_RESOURCE: the runtime does not have it');
});

test('a hook that a signal ended names it in words, and no errno', () => {
  const hook: Operation = { op: 'hook', when: 2, index: 0, path: '/hook', args: [], env: [], timeout: 0, how: 0 };
  const error = failure(hook, 'hook signal', 31);
  expect(error.message).toBe(
    `${PREFIX}error running startContainer hook #0: signal: bad system call, stdout: , stderr: `,
  );
  expect(error.detail.errno).toBeUndefined();
});

test('what stands in the place of a device is told', () => {
  const device: Operation = { op: 'device', path: '/data/x', mode: 0, major: 1, minor: 3, uid: 0, gid: 0, how: 0 };
  const words = `${PREFIX}error during container init: error creating device /data/x: /data/x has incorrect`;
  expect(failure(device, 'wrong device', 17).message).toBe(`${words} ftype`);
  const other = failure(device, 'wrong device', 17, '1:5');
  expect(other.message).toBe(`${words} major:minor: 1:5 doesn't match expected 1:3`);
  expect(other.detail.hint).toBe('something else than the device stands at /data/x in the rootfs');
});
