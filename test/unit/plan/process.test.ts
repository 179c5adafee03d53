import { expect, test } from 'vitest';
import { EXECUTE_HOW } from '../../../src/plan/operations.ts';
import { executeOperation } from '../../../src/plan/process.ts';

const execute = (...env: string[]) => executeOperation({ args: ['sh'], cwd: '/', env });

test('the last of each name in the environment counts, at its place, as in runc', () => {
  expect(execute('ONE=two', 'HOME=/a', 'ONE=')).toMatchObject({ env: ['HOME=/a', 'ONE='], how: 0 });
});

test('an empty HOME is looked up, as none is', () => {
  for (const env of [[], ['HOME='], ['HOME=/a', 'HOME=']])
    expect(execute('ONE=two', ...env)).toMatchObject({ env: ['ONE=two'], how: EXECUTE_HOW.addHome });
});
