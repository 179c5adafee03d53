/** `hoist spec --plan`: what would be done inside the container, as JSON, without doing anything. */

import { type Cgroup, noCgroup, openCgroup } from '../cgroup/cgroup.ts';
import { containerPaths, type Hierarchies, UNIFIED } from '../cgroup/location.ts';
import { cgroupOwner } from '../cgroup/owner.ts';
import type { ClassOfService } from '../cgroup/resctrl.ts';
import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { Namespaces } from '../plan/namespaces.ts';
import { movesDevices, opening, plan } from '../plan/order.ts';
import type { Host, Opening, Plan, Request, SeccompFilter } from '../plan/plan.ts';
import { ANNOTATIONS } from '../spec/annotations.ts';
import { stringify } from '../spec/stringify.ts';
import type { IntelRdt, Linux } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import { loadBundle } from './bundle.ts';
import type { Context } from './context.ts';
import { mapsOnlySelf } from './id-maps.ts';
import { probeCgroups, probeHost } from './probe.ts';
import { isRootless } from './rootless.ts';

export interface PlanRequest {
  readonly id: string;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  /** Wait for `start` on the exec fifo. */
  readonly fifo: boolean;
}

/** What is known before anything is made. */
export interface Prepared {
  readonly host: Host;
  readonly rootless: boolean;
  readonly cgroup: Cgroup;
  readonly namespaces: Namespaces;
  /** linux.intelRdt. */
  readonly classOfService: ClassOfService | undefined;
  /** The kernel lets nobody in the container change groups, or nobody is to (annotation). */
  readonly setgroupsDenied: boolean;
  /** undefined: the plan goes out whole. */
  readonly opening: () => Opening | undefined;
  /** To be asked after `cgroup.create` where that may leave groups out (rootless). @throws RuntimeError */
  readonly plan: (seccomp: SeccompFilter | undefined) => Plan;
  /** For a part of the plan alone (`restore`). */
  readonly request: () => Request;
}

/**
 * Looks at the host and finds the container's cgroups. Nothing is changed.
 * @throws RuntimeError
 */
export async function prepare(context: Context, bundle: Bundle, request: PlanRequest): Promise<Prepared> {
  const { spec } = bundle;
  const linux = spec.linux ?? {};
  const groups = probeCgroups();
  const host = probeHost(groups);
  const systemd = context.systemdCgroup ? await import('../cgroup/systemd/open.ts') : undefined;
  const rootless = isRootless(context, host, systemd && (() => systemd.sessionOwner(native)));
  const wanted = {
    id: request.id,
    cgroupsPath: linux.cgroupsPath,
    resources: linux.resources,
    devices: linux.devices,
    rootless,
    userNamespace: host.inUserNamespace,
    hierarchies: groups,
    owner: cgroupOwner(spec),
  };
  const warn = (text: string) => context.log.warn(text);
  const cgroup = context.withoutCgroups
    ? noCgroup(native)
    : systemd
      ? systemd.openUnit(native, { ...wanted, annotations: spec.annotations, warn })
      : openCgroup(native, wanted);
  const classOfService = linux.intelRdt && (await findClass(request.id, linux.intelRdt));
  const namespaces = new Namespaces(linux);
  if (rootless && movesDevices(linux)) throw noDevicesError();
  refuseHostSysctl(linux);
  const keeps = spec.annotations?.[ANNOTATIONS.keepOriginalGroups] !== undefined;
  const denied = keeps || setgroupsDenied(host, linux, namespaces);
  const asked = (seccomp: SeccompFilter | undefined): Request => ({
    id: request.id,
    noPivot: request.noPivot,
    noNewKeyring: request.noNewKeyring,
    fifo: request.fifo,
    rootfs: bundle.rootfs,
    bundle: bundle.path,
    setgroupsDenied: denied,
    cgroupPaths: groups ? groupsByMount(cgroup, groups) : {},
    callersCgroups: groups ? withoutGroup(cgroup, groups) : [],
    seccomp,
  });
  return {
    host,
    rootless,
    cgroup,
    namespaces,
    classOfService,
    setgroupsDenied: denied,
    opening: () => opening(spec, host, asked(undefined)),
    plan: (seccomp) => plan(spec, host, asked(seccomp)),
    request: () => asked(undefined),
  };
}

/** Loaded where it is asked for: hardly anybody has it. @throws RuntimeError where resctrl is not mounted */
async function findClass(id: string, rdt: IntelRdt): Promise<ClassOfService> {
  const { classOfService, findResctrl } = await import('../cgroup/resctrl.ts');
  return classOfService(native, findResctrl(native), id, rdt);
}

/** Where an unprivileged user made the user namespace; one made below it inherits this (user_namespaces(7)). */
function setgroupsDenied(host: Host, linux: Linux, namespaces: Namespaces): boolean {
  if (namespaces.creates('user') && mapsOnlySelf(linux.gidMappings, host.euid)) return true;
  if (!host.inUserNamespace && !namespaces.joins('user')) return false;
  const path = linux.namespaces?.find((namespace) => namespace.type === 'user')?.path ?? '';
  const joined = /^\/proc\/\d+\/(?=ns\/user$)/.exec(path)?.[0];
  if (joined === undefined && !host.inUserNamespace) return false;
  return native.readFile(`${joined ?? '/proc/self/'}setgroups`).trim() === 'deny';
}

/**
 * A network namespace that is joined may be our own, which is the host's: its parameters are not the container's to set (runc's rule
 * and words).
 */
function refuseHostSysctl({ sysctl, namespaces }: Linux): void {
  const path = namespaces?.find((namespace) => namespace.type === 'network')?.path;
  if (!sysctl || !path) return;
  const name = Object.keys(sysctl).find((key) => key.startsWith('net.') || key.startsWith('net/'));
  if (name === undefined) return;
  const ours = native.stat('/proc/self/ns/net');
  const joined = native.stat(path);
  if (joined === undefined || joined.inode !== ours?.inode || joined.device !== ours.device) return;
  const text = `sysctl ${JSON.stringify(name)} not allowed in host network namespace`;
  throw new RuntimeError('InvalidArgument', text, { stage: 'config', path });
}

function noDevicesError(): RuntimeError {
  const words = 'network devices are not supported for rootless containers';
  return new RuntimeError('InvalidArgument', words, { stage: 'config', path: 'linux.netDevices' });
}

/** What a cgroup mount shows. Where a rootless user could make no group the container stays in ours, and sees that. */
function groupsByMount(cgroup: Cgroup, groups: Hierarchies): Record<string, string> {
  const ours =
    groups.version === 2 ? { '': UNIFIED + (groups.own.get('') ?? '') } : containerPaths(groups, undefined, '.');
  const result: Record<string, string> = {};
  for (const [name, path] of Object.entries({ ...ours, ...cgroup.paths })) {
    result[groups.mounts.get(name)?.point ?? UNIFIED] = path;
  }
  return result;
}

/** Mount points of the hierarchies in which the container has no group of its own. */
function withoutGroup(cgroup: Cgroup, groups: Hierarchies): string[] {
  if (groups.version === 2) return cgroup.paths[''] === undefined ? [UNIFIED] : [];
  const points: string[] = [];
  for (const [name, { point }] of groups.mounts) if (cgroup.paths[name] === undefined) points.push(point);
  return points;
}

/** The plan of a bundle as indented JSON; a seccomp filter, which is compiled at run time, is left out. */
export async function printPlan(context: Context, path: string): Promise<string> {
  const request = { id: 'container', noPivot: false, noNewKeyring: false, fifo: true };
  const { plan } = await prepare(context, loadBundle(context, path), request);
  return `${stringify(plan(undefined), '  ')}\n`;
}
