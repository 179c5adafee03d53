import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLog } from '../../../../src/shim/contexts.ts';
import { FileJournal, namespacesIn } from '../../../../src/shim/grpc/journal/file-journal.ts';
import { readOptions } from '../../../../src/shim/options.ts';
import { Container } from '../../../../src/shim/service/container.ts';
import { Exec } from '../../../../src/shim/service/exec.ts';
import type { InitFacts } from '../../../../src/shim/service/init.ts';
import { Stopped } from '../../../../src/shim/service/init-state.ts';
import { TaskEvents } from '../../../../src/shim/service/task-events.ts';

let folder: string;
let lines: string[];
let journal: FileJournal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoist-journal-'));
  lines = [];
  journal = new FileJournal(
    join(folder, 'default'),
    openLog(false, (line) => lines.push(line)),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const paths = { stdin: '', stdout: '/run/out', stderr: '', terminal: false };

/** What is known of a task; nothing is done with it here. */
async function facts(id: string): Promise<InitFacts> {
  const options = await readOptions(undefined);
  const known = {
    id,
    namespace: 'default',
    bundle: '/b',
    paths,
    options,
    checkpoint: '',
    parentCheckpoint: '',
    mounted: true,
  };
  return known as unknown as InitFacts;
}

async function task(id: string): Promise<Container> {
  const sink = { publish: () => {}, flush: async () => {} };
  return new Container(await facts(id), new TaskEvents(sink));
}

it('says what is about to be made, what is, and nothing of what is gone', async () => {
  journal.announce(await facts('c'));
  const announced = { version: 1, id: 'c', bundle: '/b', mounted: true, paths, created: false, pid: 0, execs: [] };
  expect(journal.records()).toMatchObject([announced]);
  expect(statSync(join(folder, 'default')).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'default/c.json')).mode & 0o777).toBe(0o600);
  const container = await task('c');
  container.init.pid = process.pid;
  journal.note(container);
  // Field 22 of proc_pid_stat(5).
  const start = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')[22 - 3];
  expect(journal.records()).toMatchObject([{ ...announced, created: true, pid: process.pid, start }]);
  expect(namespacesIn(folder)).toEqual(['default']);
  journal.forget('c');
  expect(journal.records()).toEqual([]);
  expect(lines).toEqual([]);
});

it('keeps the process of an exec until it has been started, with every digit', async () => {
  const container = await task('c');
  const limits = [{ type: 'RLIMIT_CORE', soft: 2n ** 64n - 1n, hard: 2n ** 64n - 1n }];
  const wanted = { cwd: '/', args: ['sh'], env: ['SECRET=1'], rlimits: limits } as unknown as Exec['process'];
  const exec = new Exec('e', paths, container.init.facts, wanted);
  container.execs.set('e', exec);
  journal.announce(container.init.facts);
  journal.note(container);
  expect(journal.records()[0]?.execs).toMatchObject([{ id: 'e', pid: 0, process: wanted }]);
  exec.pid = process.pid;
  exec.pipes = ['/dev/null', 'pipe:[1]', 'pipe:[2]'];
  journal.note(container);
  expect(journal.records()[0]?.execs).toMatchObject([{ id: 'e', pid: process.pid, pipes: exec.pipes }]);
  expect(readFileSync(join(folder, 'default/c.json'), 'utf8')).not.toContain('SECRET');
});

it('knows ends, and those of which nobody knows how', async () => {
  const container = await task('c');
  journal.announce(container.init.facts);
  container.init.pid = process.pid;
  container.init.end({ status: 137, at: 1_795_678_986_785 }, new Stopped(container.init));
  journal.note(container);
  expect(journal.records()[0]?.exit).toEqual({ status: 137, at: 1_795_678_986_785 });
  const other = await task('o');
  other.init.end({ status: 255, at: undefined }, new Stopped(other.init));
  journal.note(other);
  expect(journal.records().find(({ id }) => id === 'o')?.exit).toEqual({ status: 255 });
});

it.each(['../x', 'a/b', '', '..', 'x'.repeat(251)])('%j is no name of a file', async (id) => {
  const wanted = expect.objectContaining({
    code: 'InvalidArgument',
    message: expect.stringMatching(/^invalid container ID/),
  });
  const container = await task(id);
  if (id !== '..') expect(() => journal.announce(container.init.facts)).toThrow(wanted);
  journal.note(container);
  journal.forget(id);
  expect(readdirSync(folder).filter((name) => name !== 'default')).toEqual([]);
});

it('what cannot be written is an error before a task is made, and a line of the log after', async () => {
  writeFileSync(join(folder, 'default'), '');
  const container = await task('c');
  expect(() => journal.announce(container.init.facts)).toThrow(expect.objectContaining({ syscall: 'mkdir' }));
  journal.note(container);
  expect(lines).toEqual([expect.stringMatching(/level=error msg="the record of task c: .*not a directory"/)]);
});

it('what cannot be read stays, and the others are found', async () => {
  journal.announce(await facts('c'));
  for (const [name, text] of Object.entries({
    broken: '{',
    newer: '{"version":2,"id":"newer"}',
    moved: '{"version":1,"id":"c"}',
  }))
    writeFileSync(join(folder, 'default', `${name}.json`), text);
  expect(journal.records().map(({ id }) => id)).toEqual(['c']);
  expect(lines.sort()).toEqual([
    expect.stringMatching(/the record of task broken: /),
    expect.stringMatching(/the record of task moved: \S+moved.json is not of this version, or of another task/),
    expect.stringMatching(/the record of task newer: \S+newer.json is not of this version, or of another task/),
  ]);
  expect(existsSync(join(folder, 'default/newer.json'))).toBe(true);
});
