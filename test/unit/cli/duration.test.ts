import { expect, it } from 'vitest';
import { parseDuration } from '../../../src/cli/duration.ts';

it.each([
  ['5s', 5000],
  ['100ms', 100],
  ['1.5s', 1500],
  ['.5s', 500],
  ['1h2m3.5s', 3_723_500],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['250μs', 0.25],
  ['1000000ns', 1],
  ['-2m', -120_000],
  ['+1s', 1000],
  ['0', 0],
  ['0s', 0],
  ['', undefined],
  ['5', undefined],
  ['s', undefined],
  ['5 s', undefined],
  ['1d', undefined],
  ['.s', undefined],
  ['1e3s', undefined],
])('%j is %s ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));
