import { describe, expect, it } from 'vitest';
import { until } from '../../../integration/harness/until.ts';
import { drivers, started } from '../harness/drivers.ts';
import { value } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

describe.each(drivers)('a container on cgroup v2, driver $driver', (driver) => {
  /** One that counts, into a file on a file system of its own. */
  async function counting() {
    const container = await started(driver, root(), (config) => {
      config.process.args = [
        '/bin/sh',
        '-c',
        'exec </dev/null >/dev/null 2>&1; i=0; while :; do i=$((i+1)); echo $i >/tmp/count; sleep 0.1; done',
      ];
      config.mounts.push({ type: 'tmpfs', source: 'tmpfs', destination: '/tmp', options: ['nosuid'] });
      // With a network of its own, criu 3.17 wants iptables, to hold the connections up.
      config.linux.namespaces = config.linux.namespaces?.filter(({ type }) => type !== 'network') ?? [];
      config.linux.resources = { ...config.linux.resources, pids: { limit: 77 } };
    });
    const count = async () => Number((await root().runtime(['exec', container.id, '/bin/cat', '/tmp/count'])).stdout);
    await until('a count', async () => ((await count()) > 0 ? true : undefined), 30_000);
    // criu mounts cgroup2 for itself, which takes these options from the machine.
    const restored = 'remount,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot';
    guest.later(() => guest.machine.must(['mount', '-o', restored, '/sys/fs/cgroup']));
    return { container, count };
  }

  async function must(args: string[], globals: readonly string[] = []): Promise<void> {
    const { code, stderr } = await root().runtime(args, { globals });
    expect(code, stderr).toBe(0);
  }

  it('is written to disk by criu, and goes on from there under its limits', async () => {
    const { container, count } = await counting();
    const images = `${container.bundle.path}/images`;
    await must(['checkpoint', '--image-path', images, container.id]);
    const flags = ['--detach', '--image-path', images, '--bundle', container.bundle.path];
    await must(['restore', ...flags, container.id], driver.globals);
    const before = await count();
    expect(before).toBeGreaterThan(0);
    await until('a higher count', async () => ((await count()) > before ? true : undefined), 30_000);
    const state = await container.state();
    expect(state.status).toBe('running');
    expect(value(state, 'pids.max')).toBe('77');
  });

  it('is written in two steps, most of its memory while it goes on', async () => {
    const { container, count } = await counting();
    const [parent, images] = [`${container.bundle.path}/parent`, `${container.bundle.path}/images`];
    await must(['checkpoint', '--pre-dump', '--image-path', parent, container.id]);
    const between = await count();
    await until('a higher count', async () => ((await count()) > between ? true : undefined), 30_000);
    await must(['checkpoint', '--image-path', images, '--parent-path', '../parent', container.id]);
    const flags = ['--detach', '--image-path', images, '--bundle', container.bundle.path];
    await must(['restore', ...flags, container.id], driver.globals);
    expect(await count()).toBeGreaterThan(between);
  });
});
