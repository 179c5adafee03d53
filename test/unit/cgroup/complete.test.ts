import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { completeV2 } from '../../../src/cgroup/complete.ts';
import { native } from '../../../src/host/native.ts';
import type { Resources } from '../../../src/spec/types.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoist-complete-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder that holds what such a group does: only the arithmetic is looked at here. */
function completed(files: Record<string, string>, resources: Resources): Resources {
  const group = mkdtempSync(join(folder, 'group-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(group, name), `${text}\n`);
  return completeV2(native, group, resources);
}

const MIB = 2 ** 20;

describe('an update of cgroup v2 takes from the kernel what was not given', () => {
  it.each([
    [{ 'cpu.max': '50000 200000' }, { cpu: { quota: 10000 } }, { cpu: { quota: 10000, period: 200000 } }],
    [{ 'cpu.max': '50000 200000' }, { cpu: { period: 100000 } }, { cpu: { quota: 50000, period: 100000 } }],
    [{ 'cpu.max': 'max 200000' }, { cpu: { period: 100000 } }, { cpu: { quota: -1, period: 100000 } }],
    [{ 'cpu.max': 'max 1' }, { cpu: { quota: 1, period: 2 } }, { cpu: { quota: 1, period: 2 } }],
    [{ 'cpu.max': 'max 1' }, { cpu: { shares: 5 } }, { cpu: { shares: 5 } }],
    [{}, { cpu: { quota: 10000 } }, { cpu: { quota: 10000 } }],
  ] as [Record<string, string>, Resources, Resources][])('%j, %j', (files, given, expected) => {
    expect(completed(files, given)).toEqual(expected);
  });

  const limits = { 'memory.max': String(64 * MIB), 'memory.swap.max': String(32 * MIB) };
  it.each([
    [limits, { limit: 48 * MIB }, { limit: 48 * MIB, swap: 96 * MIB }],
    [limits, { swap: 128 * MIB }, { limit: 64 * MIB, swap: 128 * MIB }],
    [limits, { limit: 48 * MIB, swap: 0 }, { limit: 48 * MIB, swap: 0 }],
    [limits, { limit: -1 }, { limit: -1 }],
    [limits, { reservation: 1 }, { reservation: 1 }],
    [{ ...limits, 'memory.swap.max': 'max' }, { limit: MIB }, { limit: MIB }],
    [{ ...limits, 'memory.max': 'max' }, { limit: MIB }, { limit: MIB }],
    [{ ...limits, 'memory.max': 'max' }, { swap: MIB }, { swap: MIB }],
    [{ 'memory.max': String(MIB) }, { limit: 2 * MIB }, { limit: 2 * MIB }],
  ] as [Record<string, string>, Resources['memory'], Resources['memory']][])('%j, %j', (files, given, expected) => {
    expect(completed(files, { memory: given as object })).toEqual({ memory: expected });
  });
});
