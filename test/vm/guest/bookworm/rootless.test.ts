import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Patch, USER } from '../../../integration/harness/bundle.ts';
import { answers, probe, type RunOptions } from '../../../integration/harness/caller.ts';
import { notOn } from '../../../integration/harness/scene.ts';
import { by, drivers } from '../harness/drivers.ts';
import { groupOf, value } from '../harness/group.ts';
import { useGuest } from '../harness/guest.ts';
import { userSession } from '../harness/systemd.ts';

beforeAll(() => userSession());

const guest = useGuest(import.meta.filename);
const user = () => guest.as('rootless');

/**
 * A group of the user's own, as a service of the user's may have it. The caller moves into a group below it: one with
 * processes of its own cannot pass controllers on.
 */
const MOVE =
  'own=/sys/fs/cgroup$(cut -c 4- /proc/self/cgroup); mkdir "$own/caller"; echo 0 >"$own/caller/cgroup.procs"';
const session: RunOptions = {
  wrapper: [
    ...['systemd-run', '--user', '--scope', '--quiet', '--property=Delegate=yes', '--'],
    ...['sh', '-c', `${MOVE}; exec "$@"`, '-'],
  ],
  env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${USER}/bus` },
};

describe.each(drivers)("an unprivileged user's container, driver $driver", (driver) => {
  const limited: Patch = (config) => {
    config.process.args = probe(['stay']);
    config.linux.resources = {
      memory: { limit: 64 << 20 },
      pids: { limit: 77 },
      cpu: { quota: 50_000, period: 100_000 },
    };
  };
  const userDriver = { ...driver, cgroupsPath: (id: string) => driver.cgroupsPath(id)?.replace('system.', 'user.') };
  const made = (patch: Patch): [Patch, RunOptions] => {
    const [withPath, options] = by(userDriver, user(), patch);
    return [withPath, { ...session, ...options }];
  };

  it('has limits where groups are delegated to the user', async () => {
    const container = await user().create(...made(limited));
    expect(groupOf(container.pid)).toMatch(new RegExp(`/user@${USER}\\.service/.*${container.id}`));
    const files = ['memory.max', 'pids.max', 'cpu.max'].map((file) => value(container, file));
    expect(files).toEqual([String(64 << 20), '77', '50000 100000']);
    const group = groupOf(container.pid);
    const { code, stderr } = await user().runtime(['delete', '--force', container.id], session);
    expect(code, stderr).toBe(0);
    expect(existsSync(group)).toBe(false);
  });

  it('has limits that hold', async () => {
    const { code, stdout } = await user().run(
      ...made((config) => {
        config.process.args = probe(['eat', String(8 << 20)], ['eat', String(64 << 20)]);
        config.linux.resources = { memory: { limit: 32 << 20 } };
      }),
    );
    expect({ code, answers: answers(stdout) }).toEqual({ code: 137, answers: ['ok'] });
  });
});

describe("an unprivileged user's container where nothing is delegated", () => {
  it('runs without limits, in the group of its caller', async () => {
    const [group] = await user().facts([['read', '/proc/self/cgroup']], (config) => {
      config.linux.namespaces = config.linux.namespaces?.filter(({ type }) => type !== 'cgroup') ?? [];
    });
    expect(group).toBe('0::/system.slice/guest-job.service');
  });

  it('cannot have limits', async (context) => {
    notOn(context, { crun: 'never' }, 'has words of its own');
    const { code, stderr } = await user().tryCreate((config) => {
      config.linux.resources = { pids: { limit: 77 } };
    });
    expect(code).toBe(1);
    expect(stderr).toContain('rootless needs no limits + no cgrouppath when no permission is granted for cgroups');
  });
});

it('an unprivileged user has as many ids as /etc/subuid gives, through newuidmap and newgidmap', async () => {
  const [users, groups] = await user().facts(
    [
      ['read', '/proc/self/uid_map'],
      ['read', '/proc/self/gid_map'],
    ],
    (config) => {
      const mappings = [
        { containerID: 0, hostID: USER, size: 1 },
        { containerID: 1, hostID: 100_000, size: 65_535 },
      ];
      config.linux.uidMappings = mappings;
      config.linux.gidMappings = mappings;
    },
  );
  const words = (text = '') => text.split(/\s+/).filter(Boolean).map(Number);
  expect(words(users)).toEqual([0, USER, 1, 1, 100_000, 65_535]);
  expect(words(groups)).toEqual([0, USER, 1, 1, 100_000, 65_535]);
});
