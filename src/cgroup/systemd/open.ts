/** The groups of containers whose units systemd makes. Loaded when `--systemd-cgroup` or a state.json asks for it. */

import { RuntimeError } from '../../errors.ts';
import { type Cgroup, type CgroupRequest, existingCgroup } from '../cgroup.ts';
import { containerRules } from '../device-rules.ts';
import { type GroupNative, read } from '../files.ts';
import { findHierarchies, type LocationNative } from '../host.ts';
import { containerPaths } from '../location.ts';
import { CgroupV1 } from '../v1.ts';
import { CgroupV2 } from '../v2.ts';
import { annotatedProperties } from './annotations.ts';
import type { BusNative } from './bus.ts';
import { deviceProperties } from './devices.ts';
import { Manager } from './manager.ts';
import { flag, type Property, text } from './property.ts';
import { SystemdCgroup } from './systemd.ts';
import { oomPolicy } from './unified.ts';
import { expandSlice, isSlice, parseUnit, type Unit } from './unit.ts';

type SystemdNative = GroupNative & LocationNative & BusNative;

export interface UnitRequest extends CgroupRequest {
  /** config.json's annotations: those of systemd's become properties. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Gets what systemd cannot be told. */
  readonly warn: (text: string) => void;
}

/**
 * The groups of a container that is to be made. Only a rootless user's bus is asked anything.
 *
 * @throws RuntimeError FailedPrecondition without systemd, InvalidArgument for a cgroupsPath, limits or annotations that cannot be
 */
export function openUnit(native: SystemdNative, request: UnitRequest): Cgroup {
  if (native.stat('/run/systemd/system')?.kind !== 'directory') throw notRunning();
  const unit = parseUnit(request.cgroupsPath, request.id);
  const annotated = annotatedProperties(request.annotations);
  const host = request.hierarchies ?? findHierarchies(native);
  const user = request.rootless;
  if (user && host.version === 1) {
    throw new RuntimeError('FailedPrecondition', 'cannot use rootless systemd cgroups manager on cgroup v1', {
      stage: 'cgroup',
      hint: 'leave --systemd-cgroup away, or boot with cgroup v2',
    });
  }
  const slice = unit.slice || (user ? 'user.slice' : 'system.slice');
  const above = user ? Manager.with(native, true, (manager) => manager.controlGroup) : '';
  const place = `${above}${expandSlice(slice)}/${unit.name}`;
  const paths = containerPaths(host, place, request.id);
  const whole = { ...request, cgroupsPath: place, occupied: true };
  const groups = host.version === 2 ? new CgroupV2(native, paths, whole) : new CgroupV1(native, paths, whole);
  const properties = (systemd: number) => [
    ...unitProperties(unit, slice, host.version),
    ...annotated,
    ...(host.version === 2 ? oomPolicy(request.resources?.unified ?? {}, systemd) : []),
    ...devices(native, request, host.version, systemd),
  ];
  return new SystemdCgroup(native, groups, unit.name, user, { properties, resources: request.resources ?? {} });
}

/** The groups of a container that exists. @param unit its name, as state.json has it */
export function existingUnit(
  native: SystemdNative,
  unit: string,
  paths: Readonly<Record<string, string>>,
  request: Pick<CgroupRequest, 'rootless' | 'userNamespace'>,
): Cgroup {
  return new SystemdCgroup(native, existingCgroup(native, paths, request), unit, request.rootless, undefined);
}

/**
 * Has systemd move a process into a unit (`exec`): a rootless user comes from outside of the groups that are theirs, and may not.
 * @param below a group of the unit's own, '' for the unit's
 * @returns false when systemd does not
 */
export function attachToUnit(native: BusNative, unit: string, user: boolean, below: string, pid: number): boolean {
  try {
    Manager.with(native, user, (manager) => manager.attach(unit, below || '/', pid));
    return true;
  } catch (error) {
    if (error instanceof RuntimeError) return false;
    throw error;
  }
}

/**
 * Whose systemd it is that the bus of this session leads to: in a user namespace its root may be somebody's (rootless podman), and then
 * that user's units are the ones to make. The owner's uid is in the name of the slice that systemd is in (sd_bus_creds_get_owner_uid(3)).
 *
 * @returns 0 when there is no such bus: then root it is (runc's rule)
 */
export function sessionOwner(native: BusNative): number {
  try {
    const group = Manager.with(native, true, (manager) => manager.controlGroup);
    return Number(/\/user-(\d+)\.slice(?:\/|$)/.exec(group)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** What every container's unit has: runc's list. Accounting, so that the groups exist in every hierarchy. */
function unitProperties(unit: Unit, slice: string, cgroup: 1 | 2): Property[] {
  const place: Property[] = isSlice(unit)
    ? [['Wants', ['as', [slice]]]]
    : [text('Slice', slice), flag('Delegate', true)];
  return [
    text('Description', `hoist container ${unit.container}`),
    ...place,
    flag('MemoryAccounting', true),
    flag('CPUAccounting', true),
    flag(cgroup === 2 ? 'IOAccounting' : 'BlockIOAccounting', true),
    flag('TasksAccounting', true),
    flag('DefaultDependencies', false),
  ];
}

/** A user's systemd cannot restrict devices; in a user namespace they are the business of whoever made it. */
function devices(native: SystemdNative, request: UnitRequest, cgroup: 1 | 2, systemd: number): readonly Property[] {
  const rules = containerRules(request.resources?.devices, request.devices);
  const { properties, warnings } = deviceProperties(rules, cgroup, systemd, {
    exists: (path) => native.stat(path) !== undefined,
    groups: () => read(native, '/proc/devices') ?? '',
  });
  for (const warning of warnings) request.warn(warning);
  return properties;
}

function notRunning(): RuntimeError {
  const words = 'systemd not running on this host, cannot use systemd cgroups manager';
  return new RuntimeError('FailedPrecondition', words, {
    stage: 'cgroup',
    hint: 'leave --systemd-cgroup away: cgroups are then made through the file system (docker: native.cgroupdriver=cgroupfs)',
  });
}
