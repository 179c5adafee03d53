import { describe, expect, it } from 'vitest';
import { ioWeightFromBlkio, maximum, pidsMaximum, swapMaximum, weightFromShares } from '../../../src/cgroup/convert.ts';

describe('weightFromShares', () => {
  // The values of opencontainers/cgroups, computed with its Go code (all 262,200 inputs agreed once).
  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [10, 4],
    [1024, 100],
    [100000, 4340],
    [262143, 10000],
    [262144, 10000],
    [262145, 10000],
    [512, 59],
    [2048, 174],
    [102, 17],
    [51, 11],
    [1234n, 116],
  ])('%s shares are a weight of %s', (shares, weight) => {
    expect(weightFromShares(shares)).toBe(weight);
  });

  it('never falls when shares rise', () => {
    let last = 0;
    for (let shares = 1; shares < 300000; shares += 97) {
      const weight = weightFromShares(shares);
      expect(weight).toBeGreaterThanOrEqual(last);
      expect(weight).toBeLessThanOrEqual(10000);
      last = weight;
    }
  });
});

describe('ioWeightFromBlkio', () => {
  it.each([
    [0, 0],
    [10, 1],
    [500, 4950],
    [1000, 10000],
  ])('%s becomes %s', (weight, io) => expect(ioWeightFromBlkio(weight)).toBe(io));
});

describe('swapMaximum', () => {
  it.each([
    [undefined, undefined, undefined],
    [0, 100, undefined],
    [undefined, -1, 'max'],
    [-1, 100, 'max'],
    [-1, undefined, 'max'],
    [300, -1, '300'],
    [300, 100, '200'],
    [100, 100, '0'],
    [9223372036854775807n, 1, '9223372036854775806'],
  ] as const)('swap %s with limit %s is %s', (swap, limit, text) => expect(swapMaximum(swap, limit)).toBe(text));

  it.each([
    [100, undefined, 'unable to set swap limit without memory limit'],
    [100, -2, 'invalid memory value: -2'],
    [99, 100, 'memory+swap limit should be >= memory limit'],
  ] as const)('swap %s with limit %s is refused', (swap, limit, text) => {
    expect(() => swapMaximum(swap, limit)).toThrow(text);
  });
});

it('maximum: -1 is max, 0 is not set', () => {
  expect([maximum(undefined), maximum(0), maximum(-1), maximum(-1n), maximum(5n)]).toEqual([
    undefined,
    undefined,
    'max',
    'max',
    '5',
  ]);
});

it('pidsMaximum: 0 is 1, negative is max', () => {
  expect([pidsMaximum(0), pidsMaximum(0n), pidsMaximum(-1), pidsMaximum(42)]).toEqual(['1', '1', 'max', '42']);
});
