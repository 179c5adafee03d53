import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/parse.ts';
import { resourcesFrom } from '../../../src/cli/resources.ts';
import { ramInBytes } from '../../../src/cli/size.ts';

describe('ramInBytes', () => {
  it.each([
    ['32', 32],
    ['32b', 32],
    ['32B', 32],
    ['32k', 32 * 1024],
    ['32Kb', 32 * 1024],
    ['32KiB', 32 * 1024],
    ['32 kib', 32 * 1024],
    ['32.5kB', 32.5 * 1024],
    ['32.', 32],
    ['.3kB', 307],
    ['512m', 512 << 20],
    ['1.5g', 1.5 * 2 ** 30],
    ['2T', 2 * 2 ** 40],
    ['3pib', 3 * 2 ** 50],
    ['0', 0],
    ['1e3', 1000],
    ['4000p', 4000n * 2n ** 50n],
  ] as [string, number | bigint][])('%s is %s', (text, bytes) => expect(ramInBytes(text)).toBe(bytes));

  it.each([
    ['', "invalid size: ''"],
    ['hello', "invalid size: 'hello'"],
    ['-32', "invalid size: '-32'"],
    ['9000p', "invalid size: '9000p'"],
    ['32bm', "invalid suffix: 'bm'"],
    ['32mm', "invalid suffix: 'mm'"],
    ['32kkk', "invalid suffix: 'kkk'"],
    ['32 mbx', "invalid suffix: 'mbx'"],
    [' 32', 'strconv.ParseFloat: parsing " 32": invalid syntax'],
    ['1.2.3m', 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'],
  ])('%j: %s', (text, words) => expect(() => ramInBytes(text)).toThrow(words));
});

describe('the options of update', () => {
  it('that were not given are nowhere', () => {
    expect(resourcesFrom({ memory: undefined, 'pids-limit': undefined, 'cpuset-cpus': '' })).toEqual({});
  });

  it('become resources', () => {
    const given = {
      'blkio-weight': '0x64',
      'cpu-period': '100000',
      'cpu-quota': '-1',
      'cpu-burst': '0',
      'cpu-share': '18446744073709551615',
      'cpu-rt-period': '1000000',
      'cpu-rt-runtime': '900000',
      'cpuset-cpus': '0-1',
      'cpuset-mems': '0',
      'kernel-memory': '1m',
      memory: '512m',
      'cpu-idle': '1',
      'memory-reservation': '1k',
      'memory-swap': '-1',
      'pids-limit': '-1',
    };
    expect(resourcesFrom(given)).toEqual({
      blockIO: { weight: 100 },
      cpu: {
        period: 100000,
        quota: -1,
        burst: 0,
        shares: 18446744073709551615n,
        realtimePeriod: 1000000,
        realtimeRuntime: 900000,
        cpus: '0-1',
        mems: '0',
        idle: 1,
      },
      memory: { limit: 512 << 20, swap: -1, kernel: 1 << 20, reservation: 1024 },
      pids: { limit: -1 },
    });
  });

  it.each([
    [{ 'cpu-period': '-1' }, 'invalid value for cpu-period: strconv.ParseUint: parsing "-1": invalid syntax'],
    [{ 'cpu-quota': '9223372036854775808' }, 'invalid value for cpu-quota: strconv.ParseInt: parsing'],
    [{ 'cpu-idle': 'yes' }, 'invalid value for cpu-idle: strconv.ParseInt: parsing "yes": invalid syntax'],
    [{ memory: '12x' }, "invalid value for memory: invalid suffix: 'x'"],
  ])('%j: %s', (given, words) => expect(() => resourcesFrom(given)).toThrow(words));

  it.each(['', 'x', '1.5', '--1', '0x'])('a number of processes is none: %j', (value) => {
    expect(() => resourcesFrom({ 'pids-limit': value })).toThrow(UsageError);
    expect(() => resourcesFrom({ 'pids-limit': value })).toThrow(
      `invalid value ${JSON.stringify(value)} for flag -pids-limit: parse error`,
    );
  });
});
