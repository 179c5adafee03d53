import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { probe } from './harness/caller.ts';
import { useScene } from './harness/scene.ts';

const scene = useScene(import.meta.filename);
const root = () => scene.as('root');

describe('--cgroup-manager', () => {
  it('disabled: a container without groups, from its birth to its end', async () => {
    const container = await root().started(
      (config) => {
        config.process.args = probe(['stay']);
        config.linux.resources = { devices: [{ allow: false, access: 'rwm' }], memory: { limit: 50_000_000 } };
      },
      { globals: ['--cgroup-manager', 'disabled'] },
    );
    const { id } = container;
    for (const hierarchy of ['memory', 'devices', 'pids', 'unified'])
      expect(existsSync(scene.machine.path(`/sys/fs/cgroup/${hierarchy}/${id}`)), hierarchy).toBe(false);
    expect(await root().runtime(['exec', id, '/bin/sh', '-c', 'exit 0'])).toMatchObject({ code: 0 });
    expect(await root().runtime(['delete', '--force', id])).toMatchObject({ code: 0 });
    expect(await root().runtime(['state', id])).toMatchObject({ code: 1 });
  });

  it('of a name that nobody knows is refused', async () => {
    const { code, stderr } = await root().runtime(['--cgroup-manager', 'nobody', 'list']);
    expect(code).toBe(1);
    expect(stderr).toContain('unknown cgroup manager specified: nobody');
  });
});
