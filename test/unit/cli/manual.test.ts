import { describe, expect, it } from 'vitest';
import { manual } from '../../../src/cli/manual.ts';
import type { Command, Option } from '../../../src/cli/option.ts';
import { commands, globals } from '../../../src/cli/table.ts';

const page = manual('1.2.3', '2026-01-02');

const everyOption: readonly Option[] = [
  globals,
  ...Object.values<Command>(commands).map(({ options }) => options),
].flat();

describe('manual', () => {
  it('has a heading for every command', () => {
    for (const name of Object.keys(commands)) expect(page).toContain(`.SS \\fBhoist ${name}\\fR`);
  });

  it('has an entry for every option that is not hidden', () => {
    for (const { name, hidden = false } of everyOption) {
      expect(page.includes(`\\-\\-${name.replaceAll('-', '\\-')}`)).toBe(!hidden);
    }
  });

  it('begins no line of text with a request', () => {
    const requests = /^\.(TH|SH|SS|TP|PP|B|BR|EX|EE)\b/;
    for (const line of page.split('\n').filter((each) => /^[.']/.test(each))) expect(line).toMatch(requests);
  });

  it('says which version it is of', () => {
    expect(page.split('\n')[0]).toBe('.TH HOIST 8 "2026-01-02" "hoist 1.2.3" "System Administration"');
  });
});
