import { expect, test } from 'vitest';
import { explain, jsonLine, textLine } from '../../src/log.ts';

// What an image chose (the interpreter of its program, say) stands in hints and in `path`.
const hostile = '/lib/x\nERRO[0000] all is lost\r\x1b]0;title\x07\u202egnp.exe\u2028';

test('a name with line breaks, escapes or changes of direction stays within its line', () => {
  const text = explain({
    stage: 'init',
    operation: 'execute',
    path: hostile,
    hint: `the program needs the loader ${hostile}`,
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/);
  expect(explain({ hint: hostile })).not.toContain('\n');
});

test('a log line stays one line', () => {
  for (const line of [
    jsonLine('error', hostile, 'now', { path: hostile }),
    textLine('error', hostile, 'now', { path: hostile }),
  ]) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(line).not.toContain('\x1b');
  }
});
