import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { answers, probe } from '../../../integration/harness/caller.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

const PROFILE = `
#include <tunables/global>
profile hoist-test flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  network,
  signal,
  ptrace,
  deny /tmp/secret rw,
}
`;

beforeAll(async () => {
  writeFileSync('/run/output/hoist-test.profile', PROFILE);
  await guest.machine.must(['apparmor_parser', '--replace', '/run/output/hoist-test.profile']);
});

describe('an AppArmor profile', () => {
  it('confines the process of a container', async () => {
    const found = await root().facts(
      [
        ['read', '/proc/self/attr/apparmor/current'],
        ['open', '/tmp/open', 'c'],
        ['open', '/tmp/secret', 'c'],
      ],
      (config) => {
        config.root = { path: 'rootfs' };
        config.linux.namespaces?.push({ type: 'cgroup' });
        config.process.apparmorProfile = 'hoist-test';
      },
    );
    expect(found).toEqual(['hoist-test (enforce)', 'ok', 'EACCES']);
  });

  it('confines what exec starts', async () => {
    const container = await root().started((config) => {
      config.process.args = probe(['stay']);
      config.process.apparmorProfile = 'hoist-test';
    });
    const current = probe(['read', '/proc/self/attr/apparmor/current']);
    const same = await root().runtime(['exec', container.id, ...current]);
    expect({ ...same, stdout: answers(same.stdout) }).toMatchObject({ code: 0, stdout: ['hoist-test (enforce)'] });
    const other = await root().runtime(['exec', '--apparmor', 'unconfined', container.id, ...current]);
    expect({ ...other, stdout: answers(other.stdout) }).toMatchObject({ code: 0, stdout: ['unconfined'] });
  });

  it('that is not loaded is an error', async () => {
    const { code, stderr } = await root().tryCreate((config) => {
      config.process.apparmorProfile = 'no-such-profile';
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/apparmor/i);
    expect(stderr).toMatch(/no-such-profile|no such file or directory/);
  });
});
