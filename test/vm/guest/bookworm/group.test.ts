import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probe } from '../../../integration/harness/caller.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

describe('a container on cgroup v2', () => {
  it('is born in a group beside that of its caller', async () => {
    const container = await root().create((config) => {
      config.process.args = probe(['stay']);
      config.linux.namespaces?.push({ type: 'cgroup' });
    });
    expect(readFileSync(`/proc/${container.pid}/cgroup`, 'utf8')).toBe(`0::/system.slice/${container.id}\n`);
    const group = `/sys/fs/cgroup/system.slice/${container.id}`;
    expect(readFileSync(`${group}/cgroup.procs`, 'utf8')).toBe(`${container.pid}\n`);
  });
});
