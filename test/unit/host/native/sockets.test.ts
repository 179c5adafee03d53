import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';
import { runProgram } from './program.ts';

const folder = temporaryFolder();

/** hoist-init ends at once when its plan is nonsense: what is left is one end of a packet socket whose peer is gone. */
function orphanedSocket(): number {
  const child = native.spawnInit({
    plan: new Uint8Array([1]),
    cloneFlags: 0,
    cgroup: -1,
    slots: [],
    stdio: [0, 1, 2],
    preserved: 0,
  });
  native.pidfdSignal(child.pidfd, 9);
  native.waitProcess(child.pidfd, -1);
  native.close(child.pidfd);
  return child.socket;
}

/** Runs a program with a packet socket pair as descriptors 3 and 4: socketpair(2) is not part of the contract, python has it. */
const withSocketPair = [
  'python3',
  '-c',
  `import os, socket, sys
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
x, y = os.dup2(a.fileno(), 30), os.dup2(b.fileno(), 31)
os.dup2(x, 3), os.dup2(y, 4), os.close(x), os.close(y)
os.execv(sys.argv[1], sys.argv[1:])`,
];

describe('send and receive', () => {
  it('know a peer that is gone', () => {
    const socket = orphanedSocket();
    while (native.receive(socket, 1000) !== undefined);
    expect(() => native.send(socket, new Uint8Array([1]), [])).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(EPIPE|ECONNRESET)$/), syscall: 'sendmsg' }),
    );
    native.close(socket);
    expect(() => native.receive(socket, 0)).toThrow('recvmsg: bad file descriptor');
    expect(() => native.send(socket, new Uint8Array([1]), [])).toThrow('sendmsg: bad file descriptor');
  });

  it('refuse what does not fit into one packet', () => {
    expect(() => native.send(1, new Uint8Array(65537), [])).toThrow('data must be 1 to 65536 bytes');
    expect(() => native.send(1, new Uint8Array(0), [])).toThrow('data must be 1 to 65536 bytes');
    expect(() => native.send(1, new Uint8Array(1), new Array(33).fill(1))).toThrow('an array of at most 32');
  });

  it('refuse what is no socket', () => {
    const file = native.memfd('file', 'x');
    expect(() => native.send(file, new Uint8Array(1), [])).toThrow('sendmsg: socket operation on non-socket');
    expect(() => native.receive(file, 0)).toThrow('recvmsg: socket operation on non-socket');
    native.close(file);
  });

  it('carry packets and descriptors whole', () => {
    const result = runProgram(
      `const [ours, theirs] = [3, 4];
       const show = (f) => { try { return f(); } catch (error) { return error.code; } };
       console.log(show(() => native.receive(ours, 30)));
       const files = Array.from({ length: 32 }, (_, i) => native.memfd('m' + i, 'content ' + i));
       native.send(theirs, new Uint8Array(65536).fill(7), files);
       native.send(theirs, new Uint8Array([1]), []);
       const { data, descriptors } = native.receive(ours, -1);
       console.log(data.length, data.every((byte) => byte === 7), descriptors.length, native.readTail(descriptors[31], 99));
       console.log(native.receive(ours, 0).data.join(), show(() => native.receive(ours, 0)));
       const before = native.readDirectory('/proc/self/fd').length;
       for (let i = 0; i < 200; i++) { native.send(theirs, data, files); native.receive(ours, 0).descriptors.forEach(native.close); }
       console.log(native.readDirectory('/proc/self/fd').length - before);
       native.close(theirs); console.log(native.receive(ours, -1));`,
      withSocketPair,
    );
    expect(result.stderr + result.stdout).toBe('ETIMEDOUT\n65536 true 32 content 31\n1 ETIMEDOUT\n0\nundefined\n');
  });

  it('lose nothing of what a peer said before it went without reading on', () => {
    const result = runProgram(
      `const [ours, theirs] = [3, 4];
       native.send(theirs, new Uint8Array([1]), []);
       native.send(theirs, new Uint8Array([2]), []);
       native.send(ours, new Uint8Array([3]), []);
       native.close(theirs);
       console.log([1, 2, 3].map(() => native.receive(ours, -1)?.data.join()).join());`,
      withSocketPair,
    );
    expect(result.stderr + result.stdout).toBe('1,2,\n');
  });
});

describe('sendDescriptor', () => {
  it.each(['console', `${'long/'.repeat(30)}console`])('connects and sends to %s', (name) => {
    const path = `${folder}/${name}`;
    native.mkdirAll(path.slice(0, path.lastIndexOf('/')), 0o755);
    const result = runProgram(
      `const [, listener] = [0, 3];
       const file = native.memfd('sent', 'hello');
       native.sendDescriptor(${JSON.stringify(path)}, '/dev/pts/ptmx', file);`,
      [
        'python3',
        '-c',
        `import os, socket, subprocess, sys, array
os.chdir(os.path.dirname(sys.argv[1]))
s = socket.socket(socket.AF_UNIX); s.bind(os.path.basename(sys.argv[1])); s.listen(1)
assert subprocess.run(sys.argv[2:]).returncode == 0
c, _ = s.accept()
data, fds, _, _ = socket.recv_fds(c, 100, 4)
print(data.decode(), len(fds), os.pread(fds[0], 100, 0).decode(), c.recv(1))`,
        path,
      ],
    );
    expect(result.stderr + result.stdout).toBe("/dev/pts/ptmx 1 hello b''\n");
  });

  it('says who is not there', async () => {
    expect(() => native.sendDescriptor(`${folder}/nobody`, 'x', 0)).toThrow(
      `connect ${folder}/nobody: no such file or directory`,
    );
    const server = createServer().listen(`${folder}/left`);
    await new Promise((resolve) => server.once('listening', resolve));
    native.symlink(`${folder}/left`, `${folder}/alias`);
    await new Promise((resolve) => server.close(resolve));
    rmSync(`${folder}/left`, { force: true });
    expect(() => native.sendDescriptor(`${folder}/alias`, 'x', 0)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => native.sendDescriptor(`${folder}/alias`, '', 0)).toThrow(RangeError);
  });
});

describe('connectSocket and bindSocket', () => {
  it.each(['notify', `${'deep/'.repeat(30)}notify`, '@hoist-test-notify'])('carry datagrams to %s', (name) => {
    const path = name.startsWith('@') ? name : `${folder}/${name}`;
    if (path !== name) native.mkdirAll(path.slice(0, path.lastIndexOf('/')), 0o755);
    const bound = native.bindSocket(path);
    const connected = native.connectSocket(path, true);
    const file = native.memfd('sent', 'hello');
    native.send(connected, new TextEncoder().encode('READY=1'), [file]);
    const { data, descriptors } = native.receive(bound, 1000) ?? { descriptors: [] };
    expect([new TextDecoder().decode(data), native.readTail(descriptors[0] ?? -1, 9)]).toEqual(['READY=1', 'hello']);
    for (const descriptor of [bound, connected, file, ...descriptors]) native.close(descriptor);
  });

  it('say what is wrong', () => {
    native.close(native.bindSocket(`${folder}/taken`));
    expect(() => native.bindSocket(`${folder}/taken`)).toThrow('address already in use');
    expect(() => native.connectSocket(`${folder}/taken`, true)).toThrow('connection refused');
    expect(() => native.connectSocket('@hoist-test-nobody', false)).toThrow('connection refused');
    expect(() => native.connectSocket('', false)).toThrow('no such file or directory');
    expect(() => native.bindSocket(`@${'x'.repeat(200)}`)).toThrow('file name too long');
  });
});
