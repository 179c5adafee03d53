import { expect, describe as group, it } from 'vitest';
import { describe, prefixed } from '../../../src/cli/failure.ts';
import { UsageError } from '../../../src/cli/parse.ts';
import { RuntimeError } from '../../../src/errors.ts';

group('describe', () => {
  it('keeps our words and details', () => {
    const error = new RuntimeError('NotFound', 'container does not exist', { path: '/run/hoist/x' });
    expect(describe(error)).toMatchObject({ message: 'container does not exist', detail: { path: '/run/hoist/x' } });
  });

  it('shows a failed system call as it is', () => {
    const facts = { code: 'ENOENT', errno: 2, syscall: 'open', path: '/x' };
    const error = Object.assign(new Error('open /x: no such file or directory'), facts);
    expect(describe(error)).toEqual({
      message: 'open /x: no such file or directory',
      detail: { syscall: 'open', errno: 'ENOENT', path: '/x' },
    });
  });

  it('takes a wrong command line for what it is', () => {
    expect(describe(new UsageError('flag needs an argument: -log'))).toEqual({
      message: 'flag needs an argument: -log',
      detail: {},
    });
  });

  it('calls anything else a bug', () => {
    expect(describe(new TypeError('x is not a function'))).toMatchObject({
      message: 'internal error: TypeError: x is not a function',
      detail: { hint: expect.stringContaining('bug') },
    });
    expect(describe('thrown text').message).toBe('internal error: thrown text');
  });
});

group('prefixed', () => {
  it('keeps code, details and cause', () => {
    const error = new RuntimeError('InvalidArgument', 'no rootfs', { stage: 'config' });
    const result = prefixed('hoist create failed', error);
    expect(result).toMatchObject({
      code: 'InvalidArgument',
      message: 'hoist create failed: no rootfs',
      detail: { stage: 'config' },
    });
    expect(result.cause).toBe(error);
  });
});
