import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseSignal } from '../../../src/cli/signal.ts';

describe('parseSignal', () => {
  it('agrees with the system about every name, with and without SIG, in any case', () => {
    const aliases = ['SIGIOT', 'SIGPOLL']; // second names of SIGABRT and SIGIO, which runc does not know
    for (const [name, number] of Object.entries(constants.signals).filter(([each]) => !aliases.includes(each))) {
      expect([name, parseSignal(name)]).toEqual([name, number]);
      expect(parseSignal(name.slice(3))).toBe(number);
      expect(parseSignal(name.toLowerCase())).toBe(number);
    }
  });

  it('takes numbers as they are', () => {
    expect(['0', '9', '15', '34', '64', '+9', '009'].map(parseSignal)).toEqual([0, 9, 15, 34, 64, 9, 9]);
  });

  it.each([
    '',
    'SIG',
    'FOO',
    'SIGSIGTERM',
    'RTMIN',
    'RTMIN+1',
    'IOT',
    'constructor',
    '-9',
    '65',
    '1e1',
    '0x9',
    '9 ',
    '99999999999999999999',
  ])('does not know %j', (word) => {
    expect(parseSignal(word)).toBeUndefined();
  });
});
