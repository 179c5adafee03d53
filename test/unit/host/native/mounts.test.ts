import { mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

describe('resolveInRoot', () => {
  it('says where a path leads for a process, and what is there', () => {
    mkdirSync(`${folder}/real`);
    symlinkSync('real', `${folder}/link`);
    expect(native.resolveInRoot(process.pid, `${folder}/link`)).toEqual({ path: `${folder}/real`, kind: 'directory' });
    expect(native.resolveInRoot(process.pid, '/../../dev/null')).toEqual({ path: '/dev/null', kind: 'character' });
    expect(native.resolveInRoot(process.pid, `${folder}/nothing`)).toBeUndefined();
  });

  it('follows no magic link', () => {
    expect(() => native.resolveInRoot(process.pid, '/proc/self/root/etc')).toThrow('openat2 /proc/self/root/etc');
  });
});

describe('cloneMount', () => {
  it('refuses a path with a link on it', () => {
    symlinkSync('/', `${folder}/elsewhere`);
    expect(() => native.cloneMount(`${folder}/elsewhere/usr`)).toThrow('too many levels of symbolic links');
  });
});

describe('a program with a mount, a channel and descriptors of its own', () => {
  it('has them, and they end with it', () => {
    mkdirSync(`${folder}/source`);
    mkdirSync(`${folder}/target`);
    writeFileSync(`${folder}/source/file`, 'mounted');
    const tree = native.cloneMount(`${folder}/source`);
    const output = openSync(`${folder}/output`, 'w+');
    const extra = openSync(`${folder}/source/file`, 'r');
    const child = native.spawnProcess({
      path: '/bin/sh',
      argv: [
        'sh',
        '-c',
        `cat ${folder}/target/file; cat <&4; ls /proc/self/fd | tr "\\n" " "; readlink /proc/self/fd/3`,
      ],
      env: ['PATH=/usr/bin:/bin'],
      stdio: [output, output, output],
      channel: true,
      descriptors: [extra],
      mount: { tree, target: `${folder}/target` },
    });
    for (const descriptor of [tree, output, extra]) native.close(descriptor);
    expect(native.waitProcess(child.pidfd, 10_000)).toEqual({ code: 0 });
    expect(child.output).toBe(-1);
    expect(native.receive(child.socket, 1000)).toBeUndefined();
    for (const descriptor of [child.pidfd, child.socket]) native.close(descriptor);
    expect(readFileSync(`${folder}/output`, 'utf8')).toMatch(/^mountedmounted0 1 2 3 4 (5 )?socket:\[\d+\]\n$/);
    expect(native.stat(`${folder}/target/file`)).toBeUndefined();
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(`${folder}/target`);
  });
});
