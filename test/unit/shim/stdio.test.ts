import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { native } from '../../../src/host/native.ts';
import { Log } from '../../../src/log.ts';
import { openGround } from '../../../src/shim/ground.ts';
import { openStdio } from '../../../src/shim/service/stdio.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-stdio-'));
afterAll(() => rmSync(folder, { recursive: true }));

const log = new Log({
  format: 'text',
  terminal: () => false,
  debug: false,
  started: Date.now(),
  localOffset: () => 0,
  write: () => undefined,
});

it('what was written while nobody read is there for who comes while the task is deleted', async () => {
  const path = join(folder, 'stdout');
  native.mkfifo(path, 0o600);
  const open = () => openSync(path, constants.O_RDONLY + constants.O_NONBLOCK);
  const first = open();
  const stdio = await openStdio(openGround(log), {
    ...{ stdin: '', stdout: path, stderr: '', terminal: false, ioUid: 0, ioGid: 0 },
    ...{ namespace: 'test', id: 'test', outlivesUs: false },
  });
  const writer = native.dup(stdio.descriptors[1]);
  stdio.started(-1);
  closeSync(first);
  writeSync(writer, 'late');
  closeSync(writer);
  const gone = stdio.drain(1000).then(() => stdio.close());
  await sleep(50);
  const second = open();
  await sleep(20);
  const got = Buffer.alloc(16);
  expect(got.toString('utf8', 0, readSync(second, got))).toBe('late');
  await gone;
  closeSync(second);
});
