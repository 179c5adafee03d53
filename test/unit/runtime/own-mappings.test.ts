import { expect, test } from 'vitest';
import { mappings } from '../../../src/runtime/own-mappings.ts';

const map = (containerID: number, hostID: number, size: number) => ({ containerID, hostID, size });
const range = { start: 100000, size: 10 };

test('the process has the own id, the others come from the subordinate ones', () => {
  expect(mappings(0, 1000, range)).toEqual([map(0, 1000, 1), map(1, 100000, 10)]);
  expect(mappings(3, 1000, range)).toEqual([map(0, 100000, 3), map(3, 1000, 1), map(4, 100003, 7)]);
});

test('there may be fewer than wanted, or none', () => {
  expect(mappings(10, 1000, range)).toEqual([map(0, 100000, 10), map(10, 1000, 1)]);
  expect(mappings(5000, 1000, range)).toEqual([map(0, 100000, 10), map(5000, 1000, 1)]);
  expect(mappings(0, 1000, { start: 0, size: 0 })).toEqual([map(0, 1000, 1)]);
});
