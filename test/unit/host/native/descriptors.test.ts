import { constants, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';
import { runProgram } from './program.ts';

const folder = temporaryFolder();
const { O_RDONLY, O_RDWR, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

/** The FD_CLOEXEC bit, as procfs tells it. */
function closesOnExec(descriptor: number): boolean {
  const flags = /flags:\s*0(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1];
  return (Number.parseInt(flags ?? '0', 8) & 0o2000000) !== 0;
}

describe('open, dup and close', () => {
  it('always close on exec', () => {
    const file = native.open(`${folder}/file`, O_RDWR | O_CREAT, 0o600);
    const copy = native.dup(file);
    const memory = native.memfd('name', 'x');
    for (const descriptor of [file, copy, memory]) expect(closesOnExec(descriptor)).toBe(true);
    expect(native.fcntlGetFlags(file)).toBe(O_RDWR | 0o100000);
    for (const descriptor of [file, copy, memory]) native.close(descriptor);
    expect(native.fcntlGetFlags(file)).toBeUndefined();
    expect(() => native.close(file)).toThrow('close: bad file descriptor');
    expect(() => native.dup(file)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });

  it('isTerminal', () => {
    const master = native.open('/dev/ptmx', O_RDWR);
    expect(native.isTerminal(master)).toBe(true);
    native.close(master);
    expect(native.isTerminal(master)).toBe(false);
  });
});

describe('read and write', () => {
  it('read waits as long as it may', () => {
    native.mkfifo(`${folder}/fifo`, 0o600);
    const fifo = native.open(`${folder}/fifo`, O_RDWR);
    const start = native.now();
    expect(() => native.read(fifo, 10, 50)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT', syscall: 'read' }));
    expect(native.now() - start).toBeGreaterThan(45_000);
    expect(() => native.read(fifo, 10, 0)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
    native.write(fifo, 'grüß');
    expect(native.read(fifo, 3, 1000)).toEqual(new Uint8Array([103, 114, 0xc3]));
    expect(native.read(fifo, 100, -1)).toHaveLength(3);
    native.close(fifo);
  });

  it('read gives undefined at the end', () => {
    const file = native.open('/dev/null', O_RDONLY);
    expect(native.read(file, 1, -1)).toBeUndefined();
    expect(native.read(file, 1, 10)).toBeUndefined();
    native.close(file);
    expect(() => native.read(file, 1, -1)).toThrow('read: bad file descriptor');
    expect(() => native.read(file, 1, 5)).toThrow('read: bad file descriptor');
  });

  it('write waits for a reader where the descriptor does not block', () => {
    const result = runProgram(`
      native.mkfifo('${folder}/slow', 0o600);
      const fifo = native.open('${folder}/slow', ${O_RDWR | O_NONBLOCK});
      const reader = native.spawnProcess({ path: '/bin/sh', env: ['PATH=/bin:/usr/bin'], input: '',
        argv: ['sh', '-c', 'sleep 0.2; head -c 1000000 ${folder}/slow | wc -c'] });
      native.write(fifo, new Uint8Array(1_000_000));
      native.waitProcess(reader.pidfd, -1);
      console.log(native.readTail(reader.output, 100).trim());`);
    expect(result.stdout + result.stderr).toBe('1000000\n');
  });

  it('write says that nobody reads', () => {
    const file = native.open('/dev/full', O_WRONLY);
    expect(() => native.write(file, 'x')).toThrow('write: no space left on device');
    native.close(file);
  });

  it('readTail', () => {
    const file = native.memfd('tail', 'line one\nline two €\n');
    expect(native.readTail(file, 1000)).toBe('line one\nline two €\n');
    expect(native.readTail(file, 2)).toBe('\ufffd\n');
    expect(native.readTail(file, 0)).toBe('');
    native.close(file);
  });
});

describe('memfd', () => {
  it('cannot be changed, not even by a new descriptor', () => {
    const file = native.memfd('sealed', new Uint8Array([1, 2, 3]));
    expect(readlinkSync(`/proc/self/fd/${file}`)).toContain('memfd:sealed');
    expect(native.read(file, 10, 0)).toEqual(new Uint8Array([1, 2, 3]));
    expect(() => native.write(file, 'x')).toThrow('write: operation not permitted');
    const again = native.open(`/proc/self/fd/${file}`, O_WRONLY);
    expect(() => native.write(again, 'x')).toThrow('write: operation not permitted');
    expect(() => native.open(`/proc/self/fd/${file}`, O_WRONLY | constants.O_TRUNC)).toThrow('operation not permitted');
    native.close(again);
    native.close(file);
  });
});

describe('lock', () => {
  it('knows shared and exclusive', () => {
    writeFileSync(`${folder}/lock`, '');
    const [one, two] = [0, 1].map(() => native.open(`${folder}/lock`, O_RDONLY)) as [number, number];
    expect(native.lock(one, false, true)).toBe(true);
    expect(native.lock(two, false, false)).toBe(true);
    expect(native.lock(two, true, false)).toBe(false);
    native.close(one);
    expect(native.lock(two, true, false)).toBe(true);
    native.close(two);
    expect(() => native.lock(two, true, false)).toThrow('flock: bad file descriptor');
  });
});

describe('offer', () => {
  it('writes what is taken now, and never waits', () => {
    native.mkfifo(`${folder}/offered`, 0o600);
    const reader = native.open(`${folder}/offered`, O_RDONLY | O_NONBLOCK);
    const writer = native.open(`${folder}/offered`, O_WRONLY | O_NONBLOCK);
    expect(native.offer(writer, 'line\n')).toBe(true);
    expect(String.fromCharCode(...(native.read(reader, 10, 0) ?? []))).toBe('line\n');
    const much = 'x'.repeat(4096);
    let taken = 0;
    while (native.offer(writer, much)) taken++;
    expect(taken).toBeGreaterThan(0);
    native.close(reader);
    expect(native.offer(writer, 'nobody reads')).toBe(false);
    native.close(writer);
    expect(() => native.offer(writer, 'x')).toThrow('write: bad file descriptor');
  });
});

describe('redirect', () => {
  it('makes one descriptor another name of the other, which is inherited', () => {
    const file = native.open(`${folder}/redirected`, O_RDWR | O_CREAT, 0o600);
    const other = native.open('/dev/null', O_RDWR);
    native.redirect(file, other);
    expect(closesOnExec(other)).toBe(false);
    native.write(other, 'arrives');
    expect(readFileSync(`${folder}/redirected`, 'utf8')).toBe('arrives');
    for (const descriptor of [file, other]) native.close(descriptor);
    expect(() => native.redirect(file, other)).toThrow('dup2: bad file descriptor');
  });
});
