import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/spec/parse.ts';
import { stringify } from '../../../src/spec/stringify.ts';
import { fixtureNames, fixtureText } from './fixtures.ts';

describe('stringify', () => {
  it('writes bigints as integers', () => {
    expect(stringify({ hard: 18446744073709551615n, soft: -1 })).toBe('{"hard":18446744073709551615,"soft":-1}');
  });

  it.each(['', '\t', '  '])('writes what JSON.stringify writes (indent %j)', (indent) => {
    const value = { a: [], b: {}, c: [1, 'x\u2028"\\\n', null, true, [[]]], d: { 'e f': -0.5 }, gone: undefined };
    expect(stringify(value, indent)).toBe(JSON.stringify(value, null, indent));
  });

  it.each(fixtureNames)('gives back %s byte for byte', (name) => {
    const text = fixtureText(name);
    expect(`${stringify(parse(text), '\t')}\n`).toBe(text);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [Symbol('x')], [undefined]])('refuses %s', (value) => {
    expect(() => stringify([value])).toThrow(TypeError);
  });

  it('refuses a cycle', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => stringify(cycle)).toThrow('nested deeper than 500 levels');
  });
});
