import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../../../src/errors.ts';
import { openRoot } from '../../../src/index.ts';
import { readDescriptors, writeDescriptors } from '../../../src/runtime/criu/descriptors.ts';
import { quoteErrors, withLog } from '../../../src/runtime/criu/log.ts';
import { findProgram } from '../../../src/runtime/criu/program.ts';
import { temporaryFolder } from '../host/native/folder.ts';

const folder = temporaryFolder();

function quoted(log: string): string[] {
  const lines: string[] = [];
  const context = openRoot({ root: folder, onLog: (line) => lines.push(JSON.parse(line).msg) });
  writeFileSync(`${folder}/dump.log`, log);
  const first = log.split('\n').find((line) => line.includes('Error'));
  expect(quoteErrors(context, `${folder}/dump.log`)).toBe(first?.slice(first.indexOf('Error')));
  return lines;
}

describe("criu's log", () => {
  it('is quoted where it has errors, with five lines before each and gaps marked', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    lines[1] = '(00.1) Error one';
    lines[2] = 'Error two';
    lines[17] = 'Error three';
    expect(quoted(lines.join('\n'))).toEqual([
      `--- Quoting "${folder}/dump.log"`,
      '1:line 1',
      '2:(00.1) Error one',
      '3:Error two',
      '...',
      '13:line 13',
      '14:line 14',
      '15:line 15',
      '16:line 16',
      '17:line 17',
      '18:Error three',
      '---',
    ]);
  });

  it('is not quoted without errors', () => {
    expect(quoted('all is well\n')).toEqual([]);
  });

  it('gives an older criu the words that it lacks', () => {
    const error = withLog(new RuntimeError('Internal', 'criu failed: type DUMP errno 0'), '/log', 'Error (x.c:1): why');
    expect(error).toHaveProperty('message', 'criu failed: type DUMP errno 0: Error (x.c:1): why');
  });

  it('is named by the failure, which keeps its words', () => {
    const error = withLog(new RuntimeError('Internal', 'criu failed', { stage: 'criu' }), '/images/dump.log', 'Error');
    expect(error).toMatchObject({
      code: 'Internal',
      message: 'criu failed',
      detail: { stage: 'criu', path: '/images/dump.log', hint: "criu's log is /images/dump.log" },
    });
  });
});

describe('descriptors.json', () => {
  it('gives the pipes and their places', () => {
    writeDescriptors(folder, ['/dev/null', 'pipe:[12]', 'pipe:[13]']);
    expect(readDescriptors(folder)).toEqual([
      { key: 'pipe:[12]', fd: 1 },
      { key: 'pipe:[13]', fd: 2 },
    ]);
  });

  it('gives nothing for other names, or for a fourth stream', () => {
    writeDescriptors(folder, ['pipe:[x]', 'file:pipe:[1]', 'pipe:[1]x', 'pipe:[4]']);
    expect(readDescriptors(folder)).toEqual([]);
  });

  it.each(['', '{}', '"pipe:[1]"', '[["pipe:[1]"]]', 'nonsense'])('is refused when it is %j', (text) => {
    writeFileSync(`${folder}/descriptors.json`, text);
    expect(() => readDescriptors(folder)).toThrow('descriptors.json of the checkpoint is not a list of texts');
  });

  it('is refused when it is a device, or too large', () => {
    mkdirSync(`${folder}/other`);
    symlinkSync('/dev/zero', `${folder}/other/descriptors.json`);
    expect(() => readDescriptors(`${folder}/other`)).toThrow('not a regular file');
    writeFileSync(`${folder}/descriptors.json`, `["${'x'.repeat(70_000)}"]`);
    expect(() => readDescriptors(folder)).toThrow('larger than 65536 bytes');
  });
});

describe('criu', () => {
  it('is found along absolute folders of PATH, and gets PATH and HOME only', () => {
    mkdirSync(`${folder}/bin`);
    writeFileSync(`${folder}/bin/criu`, '', { mode: 0o755 });
    mkdirSync(`${folder}/first/criu`, { recursive: true });
    const path = `PATH=.:bin:${folder}/first:${folder}/bin`;
    expect(findProgram(['CRIU_LIBS_DIR=/evil', path, 'HOME=/root', 'LD_PRELOAD=/evil', 'PATHS=x'])).toEqual({
      path: `${folder}/bin/criu`,
      env: [path, 'HOME=/root'],
    });
  });

  it('is missed in the words of runc', () => {
    expect(() => findProgram(['PATH=/nowhere'])).toThrow('exec: "criu": executable file not found in $PATH');
    expect(() => findProgram([])).toThrow('executable file not found');
  });
});
