import { describe, expect, it } from 'vitest';
import { criuRequest } from '../../../src/cli/criu.ts';
import { sharedOptions } from '../../../src/runtime/criu/request.ts';

const FLAGS = {
  'tcp-established': 'tcpEstablished',
  'ext-unix-sk': 'extUnixSk',
  'shell-job': 'shellJob',
  'file-locks': 'fileLocks',
  'lazy-pages': 'lazyPages',
  'auto-dedup': 'autoDedup',
} as const;

/** What criu is asked for when these flags are given. */
function optionsOf(given: Record<string, unknown>) {
  const values = { 'empty-ns': [], ...given } as unknown as Parameters<typeof criuRequest>[0]['values'];
  const request = criuRequest({ values, args: ['box'] });
  return sharedOptions(request, { images: 5, work: undefined, log: '/images/dump.log' }, undefined);
}

describe("criu's own options", () => {
  it.each(Object.entries(FLAGS))('--%s is handed on, and is off without', (flag, option) => {
    expect(optionsOf({ [flag]: true })[option]).toBe(true);
    expect(optionsOf({})[option]).toBe(false);
  });

  it('--empty-ns takes the network only, in words of runc', () => {
    expect(() => optionsOf({ 'empty-ns': ['network'] })).not.toThrow();
    expect(() => optionsOf({ 'empty-ns': ['pid'] })).toThrow('namespace "pid" is not supported');
  });
});
