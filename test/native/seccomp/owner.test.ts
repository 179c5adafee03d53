import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { native } from '../../../src/host/native.ts';
import { cachedFilter } from '../../../src/seccomp/cache.ts';

it('an entry of the seccomp cache counts for its owner only', () => {
  const root = mkdtempSync(join(tmpdir(), 'hoist-owner-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  let compiled = 0;
  const compileSeccomp = (request: Parameters<typeof native.compileSeccomp>[0]) => {
    compiled++;
    return native.compileSeccomp(request);
  };
  // Everybody may change what is theirs into anything, and to be somebody else takes no privilege in this direction.
  const as = (euid: number) => ({ ...native, compileSeccomp, ids: () => ({ ...native.ids(), euid }) });
  const { euid } = native.ids();
  const users = [euid, euid, euid + 1, euid];
  const counts = users.map((user) => {
    cachedFilter(as(user), root, { defaultAction: 'SCMP_ACT_ALLOW' }, () => undefined);
    return compiled;
  });
  expect(counts).toEqual([1, 1, 2, 2]);
});
