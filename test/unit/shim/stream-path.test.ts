import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { native } from '../../../src/host/native.ts';
import { openSink, type Sink } from '../../../src/shim/service/stream-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function fifo(): string {
  const path = join(folder, `fifo${++count}`);
  native.mkfifo(path, 0o600);
  return path;
}

function close({ sink, held }: Sink): void {
  for (const descriptor of [sink, ...held]) closeSync(descriptor);
}

describe('a FIFO to write to', () => {
  it('is opened when its reader is: what is written and closed at once is not lost', async () => {
    const path = fifo();
    let opened: Sink | undefined;
    const opening = openSink(path).then((sink) => {
      opened = sink;
      return sink;
    });
    await sleep(100);
    expect(opened).toBeUndefined();
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const sink = await opening;
    writeSync(sink.sink, 'short');
    close(sink);
    expect(await text(reader.stdout)).toBe('short');
  });

  it('has a reader of ours, too: its client may go', async () => {
    const path = fifo();
    const reader = spawn('cat', [path], { stdio: 'ignore' });
    const sink = await openSink(path);
    reader.kill('SIGKILL');
    await new Promise((resolve) => reader.once('exit', resolve));
    expect(writeSync(sink.sink, 'kept')).toBe(4);
    close(sink);
  });

  it('is opened without a reader when none comes', async () => {
    const sink = await openSink(fifo(), 50);
    expect(sink.held).toHaveLength(1);
    expect(writeSync(sink.sink, 'kept')).toBe(4);
    close(sink);
  });

  it('leaves nothing open when it cannot be opened', async () => {
    const before = readdirSync('/proc/self/fd').length;
    await expect(openSink(join(folder, 'none/such'))).rejects.toThrow('no such file or directory');
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});

it('a file is appended to', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'before ');
  const sink = await openSink(path);
  writeSync(sink.sink, 'after');
  close(sink);
  expect(readFileSync(path, 'utf8')).toBe('before after');
});
