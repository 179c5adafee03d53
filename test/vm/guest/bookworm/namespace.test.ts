import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../integration/harness/bundle.ts';
import { answers, probe, type Questions } from '../../../integration/harness/caller.ts';
import { notOn } from '../../../integration/harness/scene.ts';
import { by, drivers, started } from '../harness/drivers.ts';
import { groupOf } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

function mountedForWriting(config: Config): void {
  for (const mount of config.mounts) {
    if (mount.destination === '/sys/fs/cgroup') mount.options = mount.options?.filter((one) => one !== 'ro') ?? [];
  }
}

function userNamespace(config: Config): void {
  config.linux.namespaces?.push({ type: 'user' });
  config.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  config.linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
}

describe.each(drivers)('a cgroup namespace, driver $driver', (driver) => {
  const facts = async (patch: (config: Config) => void, ...questions: Questions): Promise<string[]> => {
    const { code, stdout, stderr } = await root().run(
      ...by(driver, root(), (config) => {
        config.process.args = probe(...questions);
        patch(config);
      }),
    );
    expect(code, stderr).toBe(0);
    return answers(stdout);
  };

  it('has the own group at its top', async () => {
    const [own, listing = ''] = await facts(() => undefined, ['read', '/proc/self/cgroup'], ['list', '/sys/fs/cgroup']);
    expect(own).toBe('0::/');
    expect(listing.split('\n')).not.toContain('system.slice');
    expect(listing.split('\n')).toContain('cgroup.procs');
  });

  it('stays of root when its groups are mounted read-only', async () => {
    expect(await facts(userNamespace, ['mkdir', '/sys/fs/cgroup/below'])).toEqual(['EROFS']);
  });

  it.runIf(driver.delegates)('belongs to root of a user namespace, file by file, who raises no limit', async () => {
    const container = await started(driver, root(), (config) => {
      mountedForWriting(config);
      userNamespace(config);
      config.process.args = probe(
        ['mkdir', '/sys/fs/cgroup/below'],
        ['write', '/sys/fs/cgroup/pids.max', 'max'],
        ['stay'],
      );
      config.linux.resources = { ...config.linux.resources, pids: { limit: 77 } };
    });
    await container.says('waiting');
    expect(answers(container.stdout)).toEqual(['ok', 'EACCES']);
    const group = groupOf(container.pid);
    const owner = (file: string) => statSync(`${group}/${file}`).uid;
    const given = ['', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'];
    expect(given.map(owner)).toEqual(given.map(() => 100_000));
    const kept = ['memory.max', 'pids.max', 'cgroup.freeze'];
    expect(kept.map(owner)).toEqual(kept.map(() => 0));
  });
});

it('without one, a container sees all groups, and the mount options of the machine stay', async (context) => {
  notOn(context, { runc: 'never', crun: 'never' }, 'a new mount of cgroup2 takes nsdelegate from the machine');
  const options = () => guest.machine.must(['grep', ' /sys/fs/cgroup ', '/proc/self/mounts']);
  const before = await options();
  expect(before).toContain('nsdelegate');
  const [listing = '', made] = await root().facts([
    ['list', '/sys/fs/cgroup'],
    ['mkdir', '/sys/fs/cgroup/below'],
  ]);
  expect(listing.split('\n')).toContain('system.slice');
  expect(made).toBe('EROFS');
  expect(await options()).toBe(before);
});
