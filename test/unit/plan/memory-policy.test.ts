import { expect, test } from 'vitest';
import { memoryPolicyOperation } from '../../../src/plan/memory-policy.ts';

test('flags share a word with the mode', () => {
  expect(memoryPolicyOperation({ mode: 'MPOL_WEIGHTED_INTERLEAVE', nodes: '0' })).toEqual({
    op: 'memoryPolicy',
    mode: 6,
    nodes: [1n],
  });
  const flags = ['MPOL_F_STATIC_NODES', 'MPOL_F_NUMA_BALANCING', 'MPOL_F_STATIC_NODES'] as const;
  expect(memoryPolicyOperation({ mode: 'MPOL_BIND', nodes: '0', flags: [...flags] })).toMatchObject({ mode: 0xa002 });
});

test('nodes are bits of 64-bit words', () => {
  const mask = (nodes?: string) => memoryPolicyOperation({ mode: 'MPOL_PREFERRED', ...(nodes ? { nodes } : {}) });
  expect(mask()).toMatchObject({ nodes: [] });
  expect(mask('0-2,1,5')).toMatchObject({ nodes: [0b100111n] });
  expect(mask('63-64,129')).toMatchObject({ nodes: [1n << 63n, 1n, 2n] });
});
