/** The two ways to a group: to make it oneself, or to ask systemd for a unit. */
import type { Patch } from '../../../integration/harness/bundle.ts';
import type { Caller, RunOptions } from '../../../integration/harness/caller.ts';
import type { Container } from '../../../integration/harness/container.ts';
import { subject } from '../../../integration/harness/subject.ts';

export interface Driver {
  readonly driver: string;
  readonly globals: readonly string[];
  /** Whether root of a container's user namespace gets the group; runc does that with systemd only. */
  readonly delegates: boolean;
  /** What goes into cgroupsPath for a container of this id. */
  readonly cgroupsPath: (id: string) => string | undefined;
}

const cgroupfs: Driver = {
  driver: 'cgroupfs',
  globals: [],
  delegates: subject.name !== 'runc',
  cgroupsPath: () => undefined,
};
const systemd: Driver = {
  driver: 'systemd',
  globals: ['--systemd-cgroup'],
  delegates: true,
  cgroupsPath: (id) => `system.slice:test:${id}`,
};

export const drivers: readonly Driver[] = [cgroupfs, systemd];

/**
 * What a container of a driver is made with. It has a cgroup namespace: without one, runc and crun mount cgroup2 anew and
 * take its options from the guest.
 */
export function by(
  { globals, cgroupsPath }: Driver,
  caller: Caller,
  patch: Patch,
): [patch: Patch, options: RunOptions] {
  const id = caller.newId();
  const withPath: Patch = (config, bundle) => {
    config.linux.namespaces?.push({ type: 'cgroup' });
    const path = cgroupsPath(id);
    if (path !== undefined) config.linux.cgroupsPath = path;
    return patch(config, bundle);
  };
  return [withPath, { id, globals }];
}

/** A container of a driver that runs. */
export function started(driver: Driver, caller: Caller, patch: Patch): Promise<Container> {
  return caller.started(...by(driver, caller, patch));
}
