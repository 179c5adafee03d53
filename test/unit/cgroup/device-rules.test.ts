import { describe, expect, it } from 'vitest';
import { deviceLines, parseDeviceList, samePolicy } from '../../../src/cgroup/device-list.ts';
import { containerRules, devicePolicy, exceptionLine, grantsEverything } from '../../../src/cgroup/device-rules.ts';
import type { DeviceRule } from '../../../src/spec/types.ts';

const DENY_ALL: DeviceRule = { allow: false, access: 'rwm' };
const shown = (rules: DeviceRule[]) => {
  const { allowAll, exceptions } = devicePolicy(rules);
  return [allowAll ? 'all' : 'none', ...exceptions.map(exceptionLine)];
};

describe('containerRules', () => {
  it("ends with runc's default rules", () => {
    expect(shown(containerRules([DENY_ALL]))).toEqual([
      'none',
      'c *:* m',
      'b *:* m',
      'c 1:3 rwm',
      'c 1:8 rwm',
      'c 1:7 rwm',
      'c 5:0 rwm',
      'c 1:5 rwm',
      'c 1:9 rwm',
      'c 136:* rwm',
      'c 5:2 rwm',
      'c 10:200 rwm',
    ]);
  });

  it('denies all else without any rule', () =>
    expect(shown(containerRules())).toEqual(shown(containerRules([DENY_ALL]))));

  it('leaves the rule of a default node out when config.json replaces the node', () => {
    const rules = containerRules([DENY_ALL], [{ type: 'c', path: '/dev/null', major: 1, minor: 3 }]);
    expect(shown(rules)).not.toContain('c 1:3 rwm');
    expect(shown(rules)).toContain('c 1:5 rwm');
  });

  it('gives an "allow everything" container everything', () => {
    expect(shown(containerRules([{ allow: true, type: 'a', access: 'rwm' }]))).toEqual(['all']);
  });
});

describe('devicePolicy', () => {
  it('merges, splits and forgets', () => {
    const rules: DeviceRule[] = [
      DENY_ALL,
      { allow: true, type: 'c', major: 1, minor: 3, access: 'r' },
      { allow: true, type: 'c', major: 1, minor: 3, access: 'wr' },
      { allow: true, type: 'b', major: 8, access: 'rwm' },
      { allow: false, type: 'b', major: 8, access: 'm' },
      { allow: true, type: 'c', major: 9, minor: 9, access: 'rwm' },
      { allow: false, type: 'c', major: 9, minor: 9, access: 'mwr' },
      { allow: false, type: 'c', major: 77, minor: 7, access: 'r' },
    ];
    expect(shown(rules)).toEqual(['none', 'c 1:3 rw', 'b 8:* rw']);
  });

  it('begins anew with every "all" rule', () => {
    const before: DeviceRule = { allow: true, type: 'c', major: 1, minor: 3, access: 'r' };
    expect(
      shown([
        before,
        { allow: true, type: 'a', access: 'r' },
        { allow: false, type: 'c', major: 4, minor: 1, access: 'w' },
      ]),
    ).toEqual(['all', 'c 4:1 w']);
    expect(shown([before, DENY_ALL])).toEqual(['none']);
  });

  it.each([
    [{ major: 5 }, { major: 5, minor: 1 }, 'c 5:1 w', 'c 5:* rwm'],
    [{}, { major: 5 }, 'c 5:* w', 'c *:* rwm'],
    [{ minor: 1 }, { major: 5, minor: 1 }, 'c 5:1 w', 'c *:1 rwm'],
  ])('refuses to take a part of wildcard %j back', (wide, narrow, one, there) => {
    const rules: DeviceRule[] = [
      { allow: true, type: 'c', access: 'rwm', ...wide },
      { allow: false, type: 'c', access: 'w', ...narrow },
    ];
    expect(() => devicePolicy(rules)).toThrow(
      `unable to remove 'allow' exception: requested rule [${one}] not supported by devices cgroupv1 (cannot punch hole in existing wildcard rule [${there}])`,
    );
  });

  it('refuses access letters that are none', () => {
    expect(() => devicePolicy([{ allow: true, type: 'c', access: 'rx' }])).toThrow(
      'devices[0].access: unknown device access "x"',
    );
    expect(() => devicePolicy([{ allow: true, type: 'c' }])).toThrow(
      'devices[0].access: device access field cannot be empty',
    );
  });
});

describe('grantsEverything', () => {
  it('is true only for rules that allow all kinds of access', () => {
    expect(grantsEverything([{ allow: true, type: 'c', major: 1, access: 'mrw' }])).toBe(true);
    expect(grantsEverything([{ allow: true, type: 'c', major: 1, access: 'rw' }])).toBe(false);
    expect(grantsEverything([DENY_ALL])).toBe(false);
  });
});

describe('deviceLines', () => {
  const allow = (major: number, access = 'rwm'): DeviceRule => ({ allow: true, type: 'c', major, minor: 0, access });
  const text = (rules: DeviceRule[], current?: string) =>
    deviceLines(devicePolicy(rules), current === undefined ? undefined : parseDeviceList(current)).map(
      ({ file, line }) => `${file} ${line}`,
    );

  it('begins a fresh group with everything denied', () => {
    expect(text([DENY_ALL, allow(1)])).toEqual(['devices.deny a *:* rwm', 'devices.allow c 1:0 rwm']);
  });

  it('begins a group with everything allowed anew: its exceptions are not listed', () => {
    expect(text([{ allow: true, access: 'rwm' }], 'a *:* rwm\n')).toEqual(['devices.allow a *:* rwm']);
    expect(text([DENY_ALL, allow(1)], 'a *:* rwm\n')[0]).toBe('devices.deny a *:* rwm');
  });

  it('writes only the difference to a group with a list', () => {
    expect(text([DENY_ALL, allow(1), allow(2, 'r'), allow(4)], 'c 1:0 rw\nc 2:0 rwm\nb 3:* rwm\n')).toEqual([
      'devices.deny c 2:0 wm',
      'devices.deny b 3:* rwm',
      'devices.allow c 1:0 m',
      'devices.allow c 4:0 rwm',
    ]);
    expect(text([DENY_ALL, allow(1)], 'c 1:0 rwm\n')).toEqual([]);
  });

  it('denies what an "allow everything" policy excepts', () => {
    const rules: DeviceRule[] = [
      { allow: true, access: 'rwm' },
      { allow: false, type: 'b', major: 8, access: 'w' },
    ];
    expect(text(rules)).toEqual(['devices.allow a *:* rwm', 'devices.deny b 8:* w']);
  });
});

describe('parseDeviceList', () => {
  it.each(['x 1:1 r', 'c 1 r', 'c 1:1', 'c 1:1 q', 'c -1:1 r', 'c 1:1 r extra', ' c 1:1 r'])('refuses %j', (line) => {
    expect(() => parseDeviceList(line)).toThrow('malformed line');
  });

  it('reads what exceptionLine writes', () => {
    const policy = devicePolicy(containerRules([DENY_ALL]));
    const list = policy.exceptions.map(exceptionLine).reverse().join('\n');
    expect(samePolicy(parseDeviceList(`${list}\n`), policy)).toBe(true);
    expect(samePolicy(parseDeviceList(`${list}\nc 9:9 r\n`), policy)).toBe(false);
  });
});
