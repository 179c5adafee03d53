import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();

describe('eventfd', () => {
  it('counts what is written', () => {
    const descriptor = native.eventfd();
    expect(() => native.read(descriptor, 8, 0)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
    for (const one of [2, 3]) native.write(descriptor, new Uint8Array(new BigUint64Array([BigInt(one)]).buffer));
    expect(native.read(descriptor, 8, 0)).toEqual(new Uint8Array(new BigUint64Array([5n]).buffer));
    native.close(descriptor);
  });
});

describe('watchFiles', () => {
  it('says which file was changed', () => {
    const paths = ['one', 'two'].map((name) => `${folder}/${name}`);
    for (const path of paths) writeFileSync(path, '');
    const descriptor = native.watchFiles(paths);
    expect(() => native.read(descriptor, 4096, 0)).toThrow(expect.objectContaining({ code: 'ETIMEDOUT' }));
    native.appendFile(`${folder}/two`, 'x', 0o600);
    const notice = native.read(descriptor, 4096, 0);
    expect(notice).toHaveLength(16);
    expect(new Int32Array(notice?.slice(0, 4).buffer ?? new ArrayBuffer(4))[0]).toBe(2);
    native.close(descriptor);
  });

  it('of a file that is not there is an error, and leaves no descriptor', () => {
    const before = native.readDirectory('/proc/self/fd').length;
    expect(() => native.watchFiles([`${folder}/none`])).toThrow(/inotify_add_watch .*none: no such file/);
    expect(native.readDirectory('/proc/self/fd')).toHaveLength(before);
  });
});
