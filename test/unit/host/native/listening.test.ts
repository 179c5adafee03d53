import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';
import { SocketStream } from '../../../../src/shim/stream.ts';
import { temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const readable = (descriptor: number) => new Promise<void>((resolve) => native.watch(descriptor, resolve));

describe('a listening socket', () => {
  it('is its owner’s from the first moment on, whatever the umask', () => {
    const before = process.umask(0);
    const socket = native.listenSocket(`${folder}/own`);
    process.umask(before);
    expect(statSync(`${folder}/own`).mode & 0o777).toBe(0o600);
    expect(() => native.listenSocket(`${folder}/own`)).toThrow(/address already in use/);
    native.close(socket);
  });

  it('knows who connects', async () => {
    const listener = native.listenSocket(`${folder}/peer`);
    expect(native.acceptConnection(listener)).toBeUndefined();
    const client = native.connectSocket(`${folder}/peer`, false);
    await readable(listener);
    const socket = native.acceptConnection(listener) ?? -1;
    expect(native.peer(socket)).toEqual({ pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() });
    for (const each of [listener, client, socket]) native.close(each);
  });
});

describe('a stream', () => {
  it('keeps what does not fit, in order, and ends after it', async () => {
    const listener = native.listenSocket(`${folder}/stream`);
    const client = connect(`${folder}/stream`);
    await readable(listener);
    const stream = new SocketStream(native.acceptConnection(listener) ?? -1, () => {});
    const size = 3 * 1024 * 1024;
    const sent = new Uint8Array(size).map((_, index) => index % 251);
    client.pause();
    for (let at = 0; at < size; at += 100_000) stream.write(sent.subarray(at, at + 100_000));
    stream.close();
    const pieces: Buffer[] = [];
    for await (const piece of client) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(Buffer.from(sent))).toBe(true);
    native.close(listener);
  });

  it('that nobody reads is ended before it fills the memory', async () => {
    const listener = native.listenSocket(`${folder}/full`);
    const client = native.connectSocket(`${folder}/full`, false);
    await readable(listener);
    const before = native.readDirectory('/proc/self/fd').length;
    let ended = false;
    const stream = new SocketStream(native.acceptConnection(listener) ?? -1, (data) => {
      ended ||= data === undefined;
    });
    const block = new Uint8Array(8 * 1024 * 1024);
    for (let count = 0; count < 10; count++) stream.write(block);
    expect(ended).toBe(true);
    expect(native.readDirectory('/proc/self/fd').length).toBe(before);
    for (const each of [listener, client]) native.close(each);
  });
});
