import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { native } from '../../../../src/host/native.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-flow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const O_NONBLOCK = 0o4000;
const O_WRONLY = 1;
const descriptors = () => readdirSync('/proc/self/fd').length;
let count = 0;

function fifo(): { path: string; held: number; sink: number } {
  const path = join(folder, `fifo${++count}`);
  native.mkfifo(path, 0o600);
  const held = native.open(path, O_NONBLOCK);
  return { path, held, sink: native.open(path, O_WRONLY + O_NONBLOCK) };
}

/** Starts a flow whose end is a promise of its errno. */
function flow(wish: Parameters<typeof native.startFlow>[0]): { key: number; ended: Promise<number> } {
  let key = 0;
  const ended = new Promise<number>((resolve) => {
    key = native.startFlow(wish, resolve);
  });
  return { key, ended };
}

/** Writes from a thread of its own, which may block: numbers, so that order matters. @returns their hash once all are written */
function write(descriptor: number, megabytes: number): Promise<string> {
  const source = `
    const { workerData, parentPort } = require('node:worker_threads');
    const { createHash } = require('node:crypto');
    const { writeSync, closeSync } = require('node:fs');
    const hash = createHash('sha256');
    const block = Buffer.alloc(64 * 1024);
    for (let i = 0; i < workerData.megabytes * 16; i++) {
      for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(i * block.length + at, at);
      hash.update(block);
      for (let done = 0; done < block.length; ) done += writeSync(workerData.descriptor, block, done);
    }
    closeSync(workerData.descriptor);
    parentPort.postMessage(hash.digest('hex'));`;
  const worker = new Worker(source, { eval: true, trackUnmanagedFds: false, workerData: { descriptor, megabytes } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  return new Promise((resolve, reject) => {
    createReadStream(path)
      .on('data', (data) => hash.update(data))
      .on('end', () => resolve(hash.digest('hex')))
      .on('error', reject);
  });
}

describe('a flow', () => {
  it('carries every byte in order from a pipe to a FIFO', async () => {
    const [source, writer] = native.pipe();
    const { path, held, sink } = fifo();
    const read = hashOf(path);
    const { ended } = flow({ source, sink, held: [held], kind: 'output' });
    const written = await write(writer, 32);
    expect(await ended).toBe(0);
    expect(await read).toBe(written);
  });

  it('carries every byte in order from a pipe to a file', async () => {
    const [source, writer] = native.pipe();
    const path = join(folder, 'log');
    const { ended } = flow({ source, sink: openSync(path, 'a'), held: [], kind: 'output' });
    const written = await write(writer, 8);
    expect(await ended).toBe(0);
    expect(await hashOf(path)).toBe(written);
  });

  it('whose reader stalls holds up nobody else', async () => {
    const [stalled, stalledWriter] = native.pipe();
    const slow = fifo();
    const first = flow({ source: stalled, sink: slow.sink, held: [slow.held], kind: 'output' });
    const blocked = write(stalledWriter, 1);
    const [source, writer] = native.pipe();
    const quick = fifo();
    const read = hashOf(quick.path);
    const second = flow({ source, sink: quick.sink, held: [quick.held], kind: 'output' });
    const written = await write(writer, 4);
    expect(await second.ended).toBe(0);
    expect(await read).toBe(written);
    const late = hashOf(slow.path);
    expect(await blocked).toBe(await late);
    expect(await first.ended).toBe(0);
  });

  it('loses nothing when its reader goes away and another one comes', async () => {
    const [source, writer] = native.pipe();
    const { path, held, sink } = fifo();
    const { ended } = flow({ source, sink, held: [held], kind: 'output' });
    const first = openSync(path, 'r');
    writeSync(writer, 'one');
    const buffer = Buffer.alloc(16);
    const { readSync } = await import('node:fs');
    expect(readSync(first, buffer)).toBe(3);
    closeSync(first);
    writeSync(writer, 'two');
    const second = openSync(path, 'r');
    closeSync(writer);
    expect(await ended).toBe(0);
    expect(readFileSync(second, 'utf8')).toBe('two');
    closeSync(second);
  });

  it('drops what its sink cannot take, and the writer goes on', async () => {
    const [source, writer] = native.pipe();
    const { ended } = flow({ source, sink: openSync('/dev/full', 'w'), held: [], kind: 'output' });
    await write(writer, 2);
    expect(await ended).toBe(28); // ENOSPC
  });

  it('for input ends when nobody takes it any more, and closes its source', async () => {
    const [source, writer] = native.pipe();
    const [reader, sink] = native.pipe();
    native.close(reader);
    const { ended } = flow({ source, sink, held: [], kind: 'input' });
    writeSync(writer, 'x');
    expect(await ended).toBe(32); // EPIPE
    expect(() => writeSync(writer, 'y')).toThrow(/EPIPE/);
    native.close(writer);
  });

  it('for input closes its sink at the end of its source', async () => {
    const [source, writer] = native.pipe();
    const [reader, sink] = native.pipe();
    const { ended } = flow({ source, sink, held: [], kind: 'input' });
    writeSync(writer, 'all');
    native.close(writer);
    expect(await ended).toBe(0);
    expect(readFileSync(reader, 'utf8')).toBe('all');
    native.close(reader);
  });

  it('into a FIFO that nobody reads takes what fits in there, in however many pieces', async () => {
    const [source, writer] = native.pipe();
    const { held, sink } = fifo();
    const { ended } = flow({ source, sink, held: [native.dup(held)], kind: 'output' });
    let wrote = '';
    for (let line = 0; line < 2000; line++) {
      wrote += `${line}\n`;
      writeSync(writer, `${line}\n`);
      if (line % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    closeSync(writer);
    expect(await ended).toBe(0);
    expect(native.waitingBytes(held)).toBe(wrote.length);
    const got = Buffer.alloc(64 * 1024);
    expect(got.toString('utf8', 0, readSync(held, got))).toBe(wrote);
    expect(native.waitingBytes(held)).toBe(0);
    closeSync(held);
  });

  it('that is settled has copied what is there, on the spot', async () => {
    const [source, writer] = native.pipe();
    const { path, held, sink } = fifo();
    const { key, ended } = flow({ source, sink, held: [held], kind: 'output' });
    const reader = openSync(path, 'r');
    const got = Buffer.alloc(8);
    for (const word of ['first', 'second']) {
      writeSync(writer, word);
      native.settleFlow(key);
      expect(got.toString('utf8', 0, readSync(reader, got))).toBe(word);
    }
    closeSync(writer);
    native.settleFlow(key);
    expect(await ended).toBe(0);
    native.settleFlow(key); // nothing is left of it
    closeSync(reader);
  });

  it('that is finished ends once it has copied what is there', async () => {
    const [source, writer] = native.pipe();
    const [reader, sink] = native.pipe();
    const { key, ended } = flow({ source, sink, held: [], kind: 'output' });
    writeSync(writer, 'the last line');
    native.finishFlow(key);
    expect(await ended).toBe(0);
    expect(readFileSync(reader, 'utf8')).toBe('the last line');
    for (const descriptor of [writer, reader]) native.close(descriptor);
  });

  it('leaves nothing open, however it ends', async () => {
    flow({ source: native.pipe()[0], sink: openSync('/dev/null', 'w'), held: [], kind: 'output' }); // the pump is there
    const before = descriptors();
    for (let round = 0; round < 200; round++) {
      const [source, writer] = native.pipe();
      const [reader, sink] = native.pipe();
      const { key, ended } = flow({ source, sink, held: [native.dup(reader)], kind: 'output' });
      if (round % 2 === 0) native.endFlow(key);
      native.close(writer);
      if (round % 2 === 1) await ended;
      native.close(reader);
    }
    expect(descriptors()).toBe(before);
  });
});
