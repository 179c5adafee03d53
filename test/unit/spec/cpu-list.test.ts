import { describe, expect, it } from 'vitest';
import { parseCpuList } from '../../../src/spec/cpu-list.ts';

describe('parseCpuList', () => {
  it.each([
    ['', []],
    ['0', [[0, 0]]],
    [
      '0-3,7',
      [
        [0, 3],
        [7, 7],
      ],
    ],
    [
      ' 1 , 2-4 ,',
      [
        [1, 1],
        [2, 4],
      ],
    ],
  ])('%j', (text, ranges) => {
    expect(parseCpuList(text, 8)).toEqual(ranges);
  });

  it.each([
    ['8', 'numbers above 7 are not supported'],
    ['3-1', 'the range 3-1 is empty'],
    ['a', '"a" is not a number'],
    ['-1', '"" is not a number'],
    ['1-', '"" is not a number'],
    ['0x1', '"0x1" is not a number'],
    ['1-2-3', '"2-3" is not a number'],
    [',', 'the list has no members'],
    ['99999999999999999999', '"99999999999999999999" is not a number'],
  ])('%j is refused', (text, message) => {
    expect(() => parseCpuList(text, 8)).toThrow(message);
  });
});
