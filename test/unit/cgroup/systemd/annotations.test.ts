import { describe, expect, it } from 'vitest';
import { annotatedProperties } from '../../../../src/cgroup/systemd/annotations.ts';
import { parseVariant } from '../../../../src/cgroup/systemd/variant-text.ts';

const tell = (name: string, text: string) => annotatedProperties({ [`org.systemd.property.${name}`]: text });

describe('annotations of systemd', () => {
  it('become properties, and others do not', () => {
    const annotations = {
      'org.systemd.property.TimeoutStopUSec': 'uint64 123456789',
      'org.systemd.property.CollectMode': "'inactive-or-failed'",
      'org.systemd.propertyX': 'no value of a property',
      other: '[',
    };
    expect(annotatedProperties(annotations)).toEqual([
      ['TimeoutStopUSec', ['t', 123456789n]],
      ['CollectMode', ['s', 'inactive-or-failed']],
    ]);
    expect(annotatedProperties(undefined)).toEqual([]);
  });

  it.each([
    ['TimeoutStopSec', '123', ['TimeoutStopUSec', ['t', 123_000_000n]]],
    ['TimeoutStopSec', 'uint64 5', ['TimeoutStopUSec', ['t', 5_000_000n]]],
    ['TimeoutStopSec', '0.25', ['TimeoutStopUSec', ['t', 250_000n]]],
    ['TimeoutStopUSec', 'uint64 5', ['TimeoutStopUSec', ['t', 5n]]],
    // Not behind a small letter: it is no unit.
    ['FOOSec', '5', ['FOOSec', ['i', 5]]],
    ['Sec', '5', ['Sec', ['i', 5]]],
  ])('in seconds are told in microseconds: %s=%s', (name, text, property) => {
    expect(tell(name, text)).toEqual([property]);
  });

  it.each([
    ['Ab', '1', 'name incorrect: too short'],
    ['A1b', '1', 'name incorrect: contains non-alphabetic character'],
    ['Aüb', '1', 'name incorrect: contains non-alphabetic character'],
    ['StopSec', 'true', 'annotation org.systemd.property.StopSec=true value parse error: not a number'],
    ['StopSec', '-1', 'value parse error: out of range'],
    ['StopSec', 'uint64 18446744073709551615', 'value parse error: out of range'],
    ['StopSec', '1e400', 'value parse error: out of range'],
    ['Stop', '', 'annotation org.systemd.property.Stop= value parse error: unexpected end at character 1'],
  ])('that cannot be are refused: %s=%s', (name, text, words) => {
    expect(() => tell(name, text)).toThrow(words);
  });
});

describe('values in text', () => {
  it.each<[string, unknown]>([
    ['5', ['i', 5]],
    ['-0x1F', ['i', -31]],
    ['017', ['i', 15]],
    ['0', ['i', 0]],
    ['1.5', ['d', 1.5]],
    ['2e3', ['d', 2000]],
    ['double 5', ['d', 5]],
    ['byte 255', ['y', 255]],
    ['int64 -9223372036854775808', ['x', -9223372036854775808n]],
    ['uint64 0xffffffffffffffff', ['t', 18446744073709551615n]],
    ['@t 5', ['t', 5n]],
    ['true', ['b', true]],
    ['boolean false', ['b', false]],
    [`'it''`.slice(0, 4), ['s', 'it']],
    ['"it\'s"', ['s', "it's"]],
    [String.raw`'a\n\'\\\u00e4\U0001F600\z'`, ['s', "a\n'\\ä😀z"]],
    ["objectpath '/a'", ['o', '/a']],
    ["@g 'as'", ['g', 'as']],
    ["['a', 'b']", ['as', ['a', 'b']]],
    ['[1, uint64 2]', ['at', [1n, 2n]]],
    ['[[true], []]', ['aab', [[true], []]]],
    ['@as []', ['as', []]],
    ['@ay [1, 0x02]', ['ay', new Uint8Array([1, 2])]],
    ["('/dev/null', 'rw')", ['(ss)', ['/dev/null', 'rw']]],
    ["[('/dev/sda', uint64 5)]", ['a(st)', [['/dev/sda', 5n]]]],
    ['(1,)', ['(i)', [1]]],
    ["@a(ss) [('a','b')]", ['a(ss)', [['a', 'b']]]],
    ['  5  ', ['i', 5]],
  ])('%s', (text, variant) => {
    expect(parseVariant(text)).toEqual(variant);
  });

  it.each([
    ['', 'unexpected end'],
    ['5 5', 'unexpected "5"'],
    ['5x', 'unexpected "5"'],
    ['byte 256', 'out of the range'],
    ['uint64 -1', 'out of the range'],
    ['int32 1.5', 'can\'t parse "1.5" as type "i"'],
    ['09', 'can\'t parse "09" as type "i"'],
    ['uint64 "5"', 'can\'t parse "s" as type "t"'],
    ['string 5', 'as type "s"'],
    ['nonsense', 'unrecognized type "nonsense"'],
    ['inf', 'unrecognized type "inf"'],
    ["'open", 'unterminated string'],
    [String.raw`'\u12'`, 'bad unicode escape'],
    ['[]', 'can\'t infer type for "[]"'],
    ['[1, "a"]', 'as type "i"'],
    ['[1', '"," or "]" expected'],
    ['[1,]', 'unexpected "]"'],
    ['()', 'as type "()"'],
    ['@ass []', 'as type "ass"'],
    ['@as', 'unexpected "@"'],
    ['@(s) ("a", "b")', "can't parse"],
    ['{"a": 1}', 'unexpected "{"'],
    ['<5>', 'unexpected "<"'],
    ['['.repeat(100), 'nested too deep'],
  ])('%s is refused', (text, words) => {
    expect(() => parseVariant(text)).toThrow(words);
  });
});
