import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';
import { runProgram } from './program.ts';

const folder = temporaryFolder();

describe('folders and names', () => {
  it('mkdir tells whether it made one', () => {
    expect(native.mkdir(`${folder}/one`, 0o700)).toBe(true);
    expect(native.mkdir(`${folder}/one`, 0o700)).toBe(false);
    expect(statSync(`${folder}/one`).mode & 0o7777).toBe(0o700);
    writeFileSync(`${folder}/file`, '');
    expect(() => native.mkdir(`${folder}/file`, 0o700)).toThrow(`mkdir ${folder}/file: file exists`);
    expect(() => native.mkdir(`${folder}/no/parent`, 0o700)).toThrow('no such file or directory');
  });

  it('mkdirAll makes parents, takes trailing slashes and stops at a file', () => {
    native.mkdirAll(`${folder}/a//b/c/`, 0o755);
    native.mkdirAll(`${folder}/a/b/c`, 0o755);
    expect(statSync(`${folder}/a/b/c`).isDirectory()).toBe(true);
    expect(() => native.mkdirAll(`${folder}/file/x/y`, 0o755)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    expect(() => native.mkdirAll('', 0o755)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it('rmdir, unlink and rename', () => {
    native.mkdir(`${folder}/gone`, 0o755);
    native.rmdir(`${folder}/gone`);
    expect(() => native.rmdir(`${folder}/gone`)).toThrow(`rmdir ${folder}/gone: no such file or directory`);
    writeFileSync(`${folder}/from`, 'x');
    native.rename(`${folder}/from`, `${folder}/to`);
    expect(() => native.rename(`${folder}/from`, `${folder}/to`)).toThrow(
      `rename ${folder}/from ${folder}/to: no such file or directory`,
    );
    expect(native.unlink(`${folder}/to`)).toBe(true);
    expect(native.unlink(`${folder}/to`)).toBe(false);
    expect(() => native.unlink(`${folder}/a`)).toThrow(expect.objectContaining({ syscall: 'unlink' }));
  });

  it('symlink, readLink, realPath and mkfifo', () => {
    const long = `../${'x'.repeat(900)}`;
    native.symlink(long, `${folder}/long`);
    expect(native.readLink(`${folder}/long`)).toBe(long);
    native.symlink('a/b', `${folder}/short`);
    expect(native.realPath(`${folder}/short/../b/c`)).toBe(native.realPath(`${folder}/a/b/c`));
    expect(() => native.realPath(`${folder}/long`)).toThrow(expect.objectContaining({ path: `${folder}/long` }));
    expect(() => native.symlink('x', `${folder}/short`)).toThrow(`symlink x ${folder}/short: file exists`);
    native.mkfifo(`${folder}/fifo`, 0o600);
    expect(native.lstat(`${folder}/fifo`)?.kind).toBe('fifo');
  });

  it('readDirectory names every kind', () => {
    const here = `${folder}/kinds`;
    mkdirSync(`${here}/directory`, { recursive: true });
    writeFileSync(`${here}/file`, '');
    symlinkSync('nowhere', `${here}/symlink`);
    native.mkfifo(`${here}/fifo`, 0o600);
    const entries = native.readDirectory(here);
    expect(entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      ['directory', 'fifo', 'file', 'symlink'].map((kind) => ({ name: kind, kind })),
    );
    expect(native.readDirectory('/dev')).toContainEqual({ name: 'null', kind: 'character' });
    expect(() => native.readDirectory(`${here}/file`)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });
});

describe('removeAll', () => {
  it('removes a tree and spares what symlinks point to', () => {
    mkdirSync(`${folder}/spared/inside`, { recursive: true });
    mkdirSync(`${folder}/tree/x/y/z`, { recursive: true });
    for (let i = 0; i < 500; i++) writeFileSync(`${folder}/tree/x/${i}`, '');
    symlinkSync(`${folder}/spared`, `${folder}/tree/x/link`);
    native.removeAll(`${folder}/tree/`);
    expect(existsSync(`${folder}/tree`)).toBe(false);
    expect(readdirSync(`${folder}/spared`)).toEqual(['inside']);
  });

  it('says nothing when there is nothing, and removes a link itself', () => {
    native.removeAll(`${folder}/nothing/at/all`);
    symlinkSync('spared', `${folder}/tolink`);
    native.removeAll(`${folder}/tolink`);
    expect(() => readlinkSync(`${folder}/tolink`)).toThrow();
    expect(existsSync(`${folder}/spared`)).toBe(true);
  });

  it('needs a handful of descriptors for 400 levels', () => {
    const result = runProgram(`
      process.chdir(${JSON.stringify(folder)}); native.mkdir('deep', 0o755); process.chdir('deep');
      for (let i = 0; i < 400; i++) { native.mkdir('directory', 0o755); native.createFile('file', '', 0o600); process.chdir('directory'); }
      process.chdir(${JSON.stringify(folder)});
      const used = native.readDirectory('/proc/self/fd').length;
      native.setLimit(process.pid, 7, BigInt(used + 10), 4096n);
      native.removeAll('deep');
      console.log(native.lstat('deep') === undefined, native.readDirectory('/proc/self/fd').length - used);`);
    expect(result.stdout + result.stderr).toBe('true 0\n');
  });

  it.each(['/', '//', '.', '..', 'a/..', ''])('refuses %j', (path) => {
    expect(() => native.removeAll(path)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it.each(['tmpfs', 'bind'])('stops before a %s mount', (kind) => {
    const root = `${folder}/mounts-${kind}`;
    mkdirSync(`${root}/source`, { recursive: true });
    mkdirSync(`${root}/tree/mounted`, { recursive: true });
    writeFileSync(`${root}/source/precious`, '');
    linkSync(`${root}/source/precious`, `${root}/tree/hard`);
    const mount = kind === 'bind' ? `--bind ${root}/source ${root}/tree/mounted` : `-t tmpfs none ${root}/tree/mounted`;
    const result = runProgram(
      `native.createFile('${root}/tree/mounted/inside', '', 0o600);
       try { native.removeAll('${root}/tree'); } catch (error) { console.log(error.code, error.path); }
       console.log(native.readDirectory('${root}/tree/mounted').some((entry) => entry.name === 'inside'));`,
      ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', `mount ${mount} && exec "$@"`, 'sh'],
    );
    expect(result.stderr + result.stdout).toBe(`EXDEV ${root}/tree/mounted\ntrue\n`);
    expect(existsSync(`${root}/source/precious`)).toBe(true);
  });
});
