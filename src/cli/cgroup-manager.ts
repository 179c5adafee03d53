import { RuntimeError } from '../errors.ts';
import type { Context } from '../runtime/context.ts';

/**
 * `--cgroup-manager`, which is crun's: podman asks for `disabled` (`podman run --cgroups=disabled`).
 * @param systemdCgroup runc's word for `systemd`
 * @throws RuntimeError for a manager that nobody knows
 */
export function parseCgroupManager(
  manager: string | undefined,
  systemdCgroup: boolean,
): Pick<Context, 'systemdCgroup' | 'withoutCgroups'> {
  if (!manager || manager === 'cgroupfs') return { systemdCgroup };
  if (manager === 'systemd') return { systemdCgroup: true };
  if (manager === 'disabled') return { systemdCgroup: false, withoutCgroups: true };
  throw new RuntimeError('InvalidArgument', `unknown cgroup manager specified: ${manager}`, {
    hint: 'use cgroupfs, systemd or disabled',
  });
}
