import { describe, expect, it } from 'vitest';
import { answers, probe } from '../../../integration/harness/caller.ts';
import { useGuest } from '../harness/guest.ts';

const guest = useGuest(import.meta.filename);
const root = () => guest.as('root');

const PROCESS = 'system_u:system_r:container_t:s0:c1,c2';
const FILES = 'system_u:object_r:container_file_t:s0:c1,c2';

describe('an SELinux label', () => {
  it('is that of the process, of its keyring, and of what is mounted for it', async () => {
    const [label, keyring, mounts = ''] = await root().facts(
      [['read', '/proc/self/attr/current'], ['keylabel'], ['read', '/proc/self/mountinfo']],
      (config) => {
        config.linux.namespaces?.push({ type: 'cgroup' });
        config.process.selinuxLabel = PROCESS;
        config.linux.mountLabel = FILES;
      },
    );
    expect(label?.replace('\0', '')).toBe(PROCESS);
    expect(keyring).toBe(PROCESS);
    for (const point of ['/dev', '/dev/shm'])
      expect(
        mounts.split('\n').find((line) => line.split(' ')[4] === point),
        point,
      ).toContain(FILES);
  });

  it('is that of what exec starts', async () => {
    const container = await root().started((config) => {
      config.linux.namespaces?.push({ type: 'cgroup' });
      config.process.args = probe(['stay']);
      config.process.selinuxLabel = PROCESS;
      config.linux.mountLabel = FILES;
    });
    const current = probe(['read', '/proc/self/attr/current']);
    const label = async (...flags: string[]) => {
      const { code, stdout, stderr } = await root().runtime(['exec', ...flags, container.id, ...current]);
      expect(code, stderr).toBe(0);
      return answers(stdout)[0]?.replace('\0', '');
    };
    expect(await label()).toBe(PROCESS);
    const other = PROCESS.replace('c1,c2', 'c3,c4');
    expect(await label('--process-label', other)).toBe(other);
  });

  it('that the policy does not know is an error', async () => {
    const { code, stderr } = await root().tryCreate((config) => {
      config.linux.namespaces?.push({ type: 'cgroup' });
      config.process.selinuxLabel = 'system_u:system_r:no_such_type_t:s0';
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/invalid argument/i);
  });
});
