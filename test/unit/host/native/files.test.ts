import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

describe('readFile', () => {
  it('reads UTF-8', () => {
    writeFileSync(`${folder}/text`, 'grüße €\n');
    expect(native.readFile(`${folder}/text`)).toBe('grüße €\n');
  });

  it('replaces what is not UTF-8', () => {
    writeFileSync(`${folder}/broken`, Buffer.from([0x61, 0xff, 0x62]));
    expect(native.readFile(`${folder}/broken`)).toBe('a\ufffdb');
  });

  it('reads files whose size is said to be 0', () => {
    expect(native.readFile('/proc/self/status')).toMatch(/^Name:/);
  });

  it('says what Go says when there is none', () => {
    expect(() => native.readFile('/does/not/exist')).toThrow(
      expect.objectContaining({
        message: 'open /does/not/exist: no such file or directory',
        code: 'ENOENT',
        errno: 2,
        syscall: 'open',
        path: '/does/not/exist',
      }),
    );
  });

  it('does not wait for the writer of a fifo', () => {
    execFileSync('mkfifo', [`${folder}/fifo`]);
    expect(() => native.readFile(`${folder}/fifo`)).toThrow(`read ${folder}/fifo: not a regular file`);
  });

  it.each(['/dev/null', '/dev/zero', '/'])('refuses %s', (path) => {
    expect(() => native.readFile(path)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('stops at the limit', () => {
    writeFileSync(`${folder}/ten`, '0123456789');
    expect(native.readFile(`${folder}/ten`, 10)).toBe('0123456789');
    expect(() => native.readFile(`${folder}/ten`, 9)).toThrow(expect.objectContaining({ code: 'EFBIG' }));
  });

  it('reads more than one buffer', () => {
    const large = 'abc'.repeat(100_000);
    writeFileSync(`${folder}/large`, large);
    expect(native.readFile(`${folder}/large`)).toBe(large);
  });
});

describe('readBytes', () => {
  it('gives the bytes', () => {
    writeFileSync(`${folder}/bytes`, Buffer.from([0, 1, 255]));
    expect(native.readBytes(`${folder}/bytes`)).toEqual(new Uint8Array([0, 1, 255]));
  });

  it('gives undefined only where there is no file', () => {
    expect(native.readBytes(`${folder}/none`)).toBeUndefined();
    expect(() => native.readBytes('/dev/null')).toThrow('not a regular file');
  });
});

describe('writing', () => {
  it('writeFile neither creates nor truncates', () => {
    expect(() => native.writeFile(`${folder}/new`, 'x')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    writeFileSync(`${folder}/old`, 'abcdef');
    native.writeFile(`${folder}/old`, 'XY');
    expect(readFileSync(`${folder}/old`, 'utf8')).toBe('XYcdef');
  });

  it('writeFile passes the error of the write on, as Go says it', () => {
    expect(() => native.writeFile('/proc/self/oom_score_adj', 'much')).toThrow(
      'write /proc/self/oom_score_adj: invalid argument',
    );
  });

  it('createFile wants to be first', () => {
    native.createFile(`${folder}/created`, 'one', 0o640);
    expect(statSync(`${folder}/created`).mode & 0o7777).toBe(0o640 & ~process.umask());
    expect(() => native.createFile(`${folder}/created`, 'two', 0o640)).toThrow(`open ${folder}/created: file exists`);
    symlinkSync(`${folder}/elsewhere`, `${folder}/dangling`);
    expect(() => native.createFile(`${folder}/dangling`, 'x', 0o600)).toThrow('file exists');
    expect(readFileSync(`${folder}/created`, 'utf8')).toBe('one');
  });

  it('replaceFile replaces a symlink, not what it points to, and leaves no other file', () => {
    writeFileSync(`${folder}/precious`, 'precious');
    symlinkSync(`${folder}/precious`, `${folder}/link`);
    const before = readdirSync(folder).length;
    native.replaceFile(`${folder}/link`, new Uint8Array([104, 105]), 0o600);
    expect(readFileSync(`${folder}/link`, 'utf8')).toBe('hi');
    expect(readFileSync(`${folder}/precious`, 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toHaveLength(before);
  });

  it('replaceFile cleans up when the rename fails', () => {
    native.mkdirAll(`${folder}/full/inside`, 0o755);
    expect(() => native.replaceFile(`${folder}/full`, 'x', 0o600)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readdirSync(folder).filter((name) => name.startsWith('.full'))).toEqual([]);
  });

  it('replaceFile takes a name of the longest kind', () => {
    const name = 'n'.repeat(255);
    native.replaceFile(`${folder}/${name}`, 'x', 0o600);
    expect(readFileSync(`${folder}/${name}`, 'utf8')).toBe('x');
  });

  it('appendFile creates and appends', () => {
    native.appendFile(`${folder}/log`, 'one\n', 0o644);
    native.appendFile(`${folder}/log`, 'two\n', 0o644);
    expect(readFileSync(`${folder}/log`, 'utf8')).toBe('one\ntwo\n');
  });
});
