import { describe, expect, it } from 'vitest';
import { containerRules } from '../../../../src/cgroup/device-rules.ts';
import { deviceProperties } from '../../../../src/cgroup/systemd/devices.ts';
import type { DeviceRule } from '../../../../src/spec/types.ts';

const GROUPS = 'Character devices:\n  1 mem\n136 pts\n\nBlock devices:\n  8 sd\n253 virtblk\n';
const facts = { exists: (path: string) => path === '/dev/char/1:3', groups: () => GROUPS };
const deny: DeviceRule = { allow: false, access: 'rwm' };
const allow = (type: 'b' | 'c', major: number, minor: number | undefined, access = 'rwm'): DeviceRule =>
  minor === undefined ? { allow: true, type, major, access } : { allow: true, type, major, minor, access };

const tell = (rules: DeviceRule[], cgroup: 1 | 2 = 2, systemd = 252) => deviceProperties(rules, cgroup, systemd, facts);
const strict = (allowed: unknown[]) => [
  ['DeviceAllow', ['a(ss)', []]],
  ['DevicePolicy', ['s', 'strict']],
  ['DeviceAllow', ['a(ss)', allowed]],
];
const auto = [
  ['DeviceAllow', ['a(ss)', []]],
  ['DevicePolicy', ['s', 'auto']],
];

describe('device rules for systemd', () => {
  it('name what is allowed', () => {
    const any = { allow: true, type: 'b', access: 'm' } as const;
    const rules = [deny, allow('c', 1, 3), allow('b', 8, 0, 'r'), allow('c', 136, undefined, 'rw'), any];
    expect(tell(rules).properties).toEqual(
      strict([
        ['/dev/char/1:3', 'rwm'],
        ['/dev/block/8:0', 'r'],
        ['char-136', 'rw'],
        ['block-*', 'm'],
      ]),
    );
  });

  it('hold the defaults of every container', () => {
    const allowed = tell(containerRules([deny])).properties.at(-1)?.[1][1];
    expect(allowed).toContainEqual(['/dev/char/1:3', 'rwm']);
    expect(allowed).toContainEqual(['char-*', 'm']);
  });

  it('are looked up for a systemd that knows no numbers', () => {
    const rules = [deny, allow('c', 1, 3), allow('c', 1, 99), allow('b', 8, undefined), allow('c', 253, undefined)];
    expect(tell(rules, 1, 239).properties).toEqual(
      strict([
        ['/dev/char/1:3', 'rwm'],
        ['block-sd', 'rwm'],
      ]),
    );
  });

  it('that allow everything restrict nothing', () => {
    const everything: DeviceRule = { allow: true, access: 'rwm' };
    expect(tell([everything], 1)).toEqual({ properties: auto, warnings: [] });
    expect(tell([everything], 2)).toEqual({ properties: auto, warnings: [] });
  });

  it('that it cannot say are those of our program alone on v2', () => {
    const everything: DeviceRule = { allow: true, access: 'rwm' };
    const blacklist: DeviceRule[] = [everything, { allow: false, type: 'b', major: 8, minor: 0, access: 'rwm' }];
    const anyMajor: DeviceRule[] = [deny, { allow: true, type: 'c', minor: 5, access: 'r' }];
    expect(tell(blacklist, 2)).toEqual({ properties: auto, warnings: [] });
    expect(tell(anyMajor, 2)).toEqual({ properties: auto, warnings: [] });
  });

  it('that it cannot say are too strict on v1, rather than not strict enough', () => {
    const everything: DeviceRule = { allow: true, access: 'rwm' };
    const blacklist: DeviceRule[] = [everything, { allow: false, type: 'b', major: 8, minor: 0, access: 'rwm' }];
    expect(tell(blacklist, 1)).toEqual({
      properties: strict([]),
      warnings: ["systemd doesn't support blacklist device rules -- applying temporary deny-all rule"],
    });
    const anyMajor: DeviceRule[] = [deny, allow('c', 1, 3), { allow: true, type: 'c', minor: 5, access: 'r' }];
    expect(tell(anyMajor, 1)).toEqual({
      properties: strict([['/dev/char/1:3', 'rwm']]),
      warnings: ["systemd doesn't support '*:n' device rules -- temporarily ignoring *:5"],
    });
  });
});
