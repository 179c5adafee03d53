import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
writeFileSync(`${folder}/file`, 'four');
symlinkSync('file', `${folder}/link`);

describe('stat and lstat', () => {
  it('agree with node:fs, losslessly', () => {
    const expected = statSync(`${folder}/file`, { bigint: true });
    expect(native.stat(`${folder}/link`)).toEqual({
      kind: 'file',
      mode: Number(expected.mode & 0o7777n),
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      size: 4,
      device: expected.dev,
      inode: expected.ino,
      major: 0,
      minor: 0,
      modifiedMs: expect.closeTo(Number(expected.mtimeNs) / 1e6, 2),
    });
    expect(native.lstat(`${folder}/link`)).toMatchObject({ kind: 'symlink', size: 4 });
  });

  it('know devices', () => {
    expect(native.stat('/dev/null')).toMatchObject({ kind: 'character', major: 1, minor: 3, mode: 0o666 });
    expect(native.stat('/')?.kind).toBe('directory');
  });

  it('give undefined for nothing, and throw for the rest', () => {
    expect(native.stat(`${folder}/none`)).toBeUndefined();
    expect(native.stat(`${folder}/file/below`)).toBeUndefined();
    symlinkSync('loop', `${folder}/loop`);
    expect(() => native.stat(`${folder}/loop`)).toThrow(`stat ${folder}/loop: too many levels of symbolic links`);
    expect(() => native.lstat('x'.repeat(300))).toThrow(/^lstat x+: file name too long$/);
  });
});

describe('owners and modes', () => {
  it('chmod and chown', () => {
    native.chmod(`${folder}/file`, 0o4711);
    expect(native.stat(`${folder}/file`)?.mode).toBe(0o4711);
    const { uid, gid } = native.ids();
    native.chown(`${folder}/file`, uid, gid);
    expect(() => native.chown(`${folder}/none`, uid, gid)).toThrow(`chown ${folder}/none: no such file or directory`);
    expect(() => native.chmod(`${folder}/none`, 0o600)).toThrow(`chmod ${folder}/none: no such file or directory`);
  });

  it('refuse what would mean something else', () => {
    expect(() => native.chown(`${folder}/file`, -1, 0)).toThrow(RangeError);
    expect(() => native.chown(`${folder}/file`, 4_294_967_295, 0)).toThrow(
      'chown: uid must be an integer from 0 to 4294967294',
    );
    expect(() => native.chown(`${folder}/file`, 0, 0.5)).toThrow('chown: gid');
    expect(() => native.chmod(`${folder}/file`, 0o10000)).toThrow('chmod: mode');
  });

  it('access', () => {
    expect(native.access(folder, 7)).toBe(true);
    expect(native.access(`${folder}/none`, 4)).toBe(false);
    expect(native.access('/proc/version', 1)).toBe(false);
    expect(() => native.access(folder, 8)).toThrow(RangeError);
  });

  it('fileSystem knows procfs', () => {
    expect(native.fileSystem('/proc')).toBe(0x9fa0);
    expect(() => native.fileSystem(`${folder}/none`)).toThrow(`statfs ${folder}/none: no such file or directory`);
  });

  it('unmount says what went wrong', () => {
    expect(() => native.unmount(folder, 0)).toThrow(/^umount2 .*: (invalid argument|operation not permitted)$/);
  });
});
