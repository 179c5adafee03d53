import { describe, expect, it } from 'vitest';
import { restoring } from '../../../src/cgroup/journal.ts';

describe('what sets a file back', () => {
  it.each([
    ['max\n', '100', 'max\n'],
    ['max 100000\n', '50000 100000', 'max 100000\n'],
    ['50000 100000\n', '50000 200000', '50000 100000\n'],
    ['0-1\n', '0', '0-1\n'],
    ['9223372036854771712\n', '4096', '9223372036854771712\n'],
    ['oom_kill_disable 0\nunder_oom 0\noom_kill 0\n', '1', '0'],
    ['', '8:0 1048576', '8:0 0'],
    ['8:0 512\n8:16 1\n', '8:0 1048576', '8:0 512'],
    ['', '8:0 rbps=1048576', '8:0 rbps=max'],
    ['8:0 rbps=2 wbps=max riops=max wiops=max\n', '8:0 rbps=1', '8:0 rbps=2 wbps=max riops=max wiops=max'],
    ['default 100\n', '500', 'default 100\n'],
    ['default 100\n8:0 300\n', '500', 'default 100'],
    ['default 100\n8:0 300\n', '8:0 200\n', '8:0 300'],
    ['mlx4_0 hca_handle=max hca_object=2\n', 'mlx4_0 hca_object=1', 'mlx4_0 hca_handle=max hca_object=2\n'],
    ['lo 0\neth0 2\n', 'eth0 5', 'eth0 2'],
  ])('%j, changed by %j: %j', (before, value, after) => expect(restoring(before, value)).toBe(after));
});
