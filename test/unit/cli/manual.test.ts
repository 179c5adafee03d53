import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { manual } from '../../../src/cli/manual.ts';
import { commands, globals } from '../../../src/cli/table.ts';

describe('manual', () => {
  const page = manual('0.1.0', '2026-01-02');

  it('names every command and every option that is not hidden', () => {
    const options = [...globals, ...Object.values(commands).flatMap((command) => [...command.options])];
    const shown = options.filter((option) => !('hidden' in option) && option.name !== 'help');
    expect(Object.keys(commands).filter((name) => !page.includes(`.SS \\fBhoist ${name}\\fR`))).toEqual([]);
    expect(shown.filter(({ name }) => !page.includes(`\\-\\-${name.replaceAll('-', '\\-')}`))).toEqual([]);
  });

  it('has no text line that roff takes for a request', () => {
    const requests = page.split('\n').filter((line) => line.startsWith('.'));
    expect(requests.filter((line) => !/^\.(TH|SH|SS|TP|PP|EX|EE|B|BR|I|IR)\b/.test(line))).toEqual([]);
    expect(page.split('\n').filter((line) => line.startsWith("'"))).toEqual([]);
  });

  it('is understood by man', (context) => {
    const run = spawnSync('groff', ['-man', '-ww', '-z', '-Tutf8'], { input: page, encoding: 'utf8' });
    if (run.error) context.skip('groff is not installed');
    expect(run.stderr).toBe('');
  });
});
