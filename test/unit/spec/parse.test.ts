import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, parseLossless } from '../../../src/spec/lossless.ts';
import { JsonError, parse } from '../../../src/spec/parse.ts';
import { fixtureNames, fixtureText } from './fixtures.ts';
import { random } from './random.ts';

const error = (text: string): JsonError => {
  try {
    parse(text);
  } catch (thrown) {
    if (thrown instanceof JsonError) return thrown;
    throw thrown;
  }
  throw new Error(`${text} was accepted`);
};

describe('numbers', () => {
  it.each([
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9007199254740993', 9007199254740993n],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['0', 0],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['0.1234567890123456789', Number('0.1234567890123456789')],
  ])('%s is kept', (literal, value) => {
    expect(parse(`{"a": [${literal}]}`)).toEqual({ a: [value] });
  });

  it.each(['0.99999999999999999999', '1234567890.99999999', '9007199254740990.6'])(
    '%s is refused: it would be rounded to an integer',
    (literal) => {
      expect(error(`[${literal}]`).message).toContain('cannot be kept exactly');
    },
  );

  it('finds a long number wherever it stands in the text', () => {
    for (let space = 0; space < 40; space++) {
      expect(parse(`[${' '.repeat(space)}18446744073709551615]`)).toEqual([18446744073709551615n]);
    }
  });

  it('keeps digits in strings as they are', () => {
    expect(parse('{"1111111111111111111111": "2222222222222222222222"}')).toEqual({
      '1111111111111111111111': '2222222222222222222222',
    });
  });
});

describe('members', () => {
  it('the last of the same name stays', () => {
    expect(parse('{"a": 1, "a": 2}')).toEqual({ a: 2 });
    expect(parse('{"a": 1, "a": 18446744073709551615}')).toEqual({ a: 18446744073709551615n });
  });

  it.each(['1', '18446744073709551615'])('__proto__ is an ordinary name (beside %s)', (number) => {
    const value = parse(`{"__proto__": {"polluted": true}, "n": ${number}}`) as Record<string, unknown>;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in value).toBe(false);
  });
});

describe('errors name the place', () => {
  it.each([
    ['', 'unexpected end of the text (line 1, column 1)'],
    ['{\n  "a": }', 'expected a value (line 2, column 8)'],
    ['{"a" 1}', 'expected a colon (line 1, column 6)'],
    ['{a: 1}', 'expected a name in double quotes (line 1, column 2)'],
    ['[1 2]', 'expected a comma or ] (line 1, column 4)'],
    ['{"a": 1 "b"}', 'expected a comma or } (line 1, column 9)'],
    ['[1,]', 'expected a value (line 1, column 4)'],
    ['{"a": 1,}', 'expected a name in double quotes (line 1, column 9)'],
    ['{"a": "b', 'unterminated string (line 1, column 7)'],
    ['["\\x"]', 'malformed string (a bad escape or a control character) (line 1, column 2)'],
    ['["a\nb"]', 'malformed string (a bad escape or a control character) (line 1, column 2)'],
    ['{} x', 'unexpected text after the value (line 1, column 4)'],
    ['[01]', 'expected a comma or ] (line 1, column 3)'],
    ['[+1]', 'expected a value (line 1, column 2)'],
    ['[NaN]', 'expected a value (line 1, column 2)'],
    ['[18446744073709551615', 'expected a comma or ] (line 1, column 22)'],
  ])('%j', (text, message) => {
    expect(error(text).message).toBe(message);
  });

  it('line and column are there as numbers', () => {
    expect(error('{\n\n   ?}')).toMatchObject({ name: 'JsonError', line: 3, column: 4 });
  });
});

describe('hostile texts', () => {
  it.each([
    ['arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['unclosed arrays', '['.repeat(100_000)],
    ['a level in a member that is ignored', `{"x": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ])('100,000 levels of %s are an error, not a crash', (_what, text) => {
    expect(error(text).message).toContain(`nested deeper than ${MAX_DEPTH} levels`);
  });

  it('a wide text is not a deep one', () => {
    expect(parse(`[${'[],'.repeat(50_000)}[]]`)).toHaveLength(50_001);
  });

  it('a string of a million escaped quotes is read', () => {
    expect(parseLossless(`"${'\\"'.repeat(1_000_000)}"`)).toHaveLength(1_000_000);
  });
});

describe('the two parsers agree', () => {
  it.each(fixtureNames)('on %s', (name) => {
    const text = fixtureText(name);
    const rounded = JSON.parse(text) as unknown;
    const exact = JSON.parse(
      JSON.stringify(parseLossless(text), (_key, value: unknown) =>
        typeof value === 'bigint' ? Number(value) : value,
      ),
    );
    expect(exact).toEqual(rounded);
  });

  it('on which damaged texts are JSON', () => {
    const next = random(7);
    const text = fixtureText('runc-spec');
    for (let i = 0; i < 3000; i++) {
      const at = next(text.length);
      const damaged = text.slice(0, at) + '{}[],:"\\0e- tn'[next(14)] + text.slice(at + next(3));
      const verdicts = [JSON.parse, parseLossless].map((parser) => {
        try {
          return JSON.stringify(parser(damaged));
        } catch {
          return 'not JSON';
        }
      });
      expect(verdicts[1], damaged).toBe(verdicts[0]);
    }
  });
});
