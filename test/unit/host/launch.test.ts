import { describe, expect, it } from 'vitest';
import { callerEnvironment, isInherited, readLaunch } from '../../../src/host/launch.ts';

describe('readLaunch', () => {
  it('reads limits and descriptor ranges', () => {
    expect(readLaunch({ _HOIST_LAUNCH: '1024:18446744073709551615:3-5,9' })).toEqual({
      openFiles: [1024n, 18446744073709551615n],
      descriptors: [
        [3, 5],
        [9, 9],
      ],
    });
  });

  it('accepts a caller who gave us nothing but 0, 1 and 2', () => {
    expect(readLaunch({ _HOIST_LAUNCH: '64:64:' })).toEqual({ openFiles: [64n, 64n], descriptors: [] });
  });

  it('knows when there was no launcher', () => {
    expect(readLaunch({})).toBeUndefined();
  });

  it('tells inherited descriptors from the others', () => {
    const launch = {
      openFiles: [1n, 1n],
      descriptors: [
        [3, 5],
        [9, 9],
      ],
    } as const;
    expect([2, 3, 5, 6, 8, 9, 10].filter((fd) => isInherited(launch, fd))).toEqual([3, 5, 9]);
  });
});

describe('callerEnvironment', () => {
  it('shows what the launcher hid and hides what the launcher added', () => {
    const environment = {
      PATH: '/bin',
      '.ODE_NAME': 'n1',
      '.UN_OPTIONS': 'x=y',
      BUN_JSC_useJIT: '0',
      _HOIST_LAUNCH: '1:1:',
    };
    expect(callerEnvironment(environment)).toEqual(['PATH=/bin', 'NODE_NAME=n1', 'BUN_OPTIONS=x=y']);
  });

  it('changes nothing without the launcher', () => {
    expect(callerEnvironment({ NODE_NAME: 'n1' })).toEqual(['NODE_NAME=n1']);
  });
});
