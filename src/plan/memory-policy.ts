/** The NUMA memory policy of the process (spec: config-linux.md, Memory policy; set_mempolicy(2)). */

import { parseCpuList } from '../spec/cpu-list.ts';
import type { MemoryPolicyFlag, MemoryPolicyMode } from '../spec/enums.ts';
import type { MemoryPolicy } from '../spec/types.ts';
import type { Operation } from './operations.ts';

/** MPOL_* of linux/mempolicy.h. */
const MODES: Record<MemoryPolicyMode, number> = {
  MPOL_DEFAULT: 0,
  MPOL_PREFERRED: 1,
  MPOL_BIND: 2,
  MPOL_INTERLEAVE: 3,
  MPOL_LOCAL: 4,
  MPOL_PREFERRED_MANY: 5,
  MPOL_WEIGHTED_INTERLEAVE: 6,
};

/** MPOL_F_*; they share a word with the mode. */
const FLAGS: Record<MemoryPolicyFlag, number> = {
  MPOL_F_NUMA_BALANCING: 0x2000,
  MPOL_F_RELATIVE_NODES: 0x4000,
  MPOL_F_STATIC_NODES: 0x8000,
};

const WORD_BITS = 64;

export function memoryPolicyOperation({ mode, nodes = '', flags = [] }: MemoryPolicy): Operation {
  let value = MODES[mode];
  for (const flag of new Set(flags)) value += FLAGS[flag];
  return { op: 'memoryPolicy', mode: value, nodes: nodeMask(nodes) };
}

/** The kernel's bit mask in words of 64 bits, the lowest nodes first. The validator has seen to it that the list can be read. */
function nodeMask(list: string): bigint[] {
  const nodes = new Set<number>();
  for (const [first, last] of parseCpuList(list, Number.MAX_SAFE_INTEGER))
    for (let node = first; node <= last; node++) nodes.add(node);
  const words: bigint[] = [];
  for (const node of nodes) {
    const index = Math.floor(node / WORD_BITS);
    while (words.length <= index) words.push(0n);
    words[index] = (words[index] ?? 0n) + 2n ** BigInt(node % WORD_BITS);
  }
  return words;
}
