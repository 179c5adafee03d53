/** What state.json says of a container that is being made. */

import { type Operation, SYNC_POINTS } from '../plan/operations.ts';
import type { Hooks } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import type { SavedState } from './container.ts';
import type { Prepared } from './plan.ts';
import { stdioNames } from './stdio-names.ts';

/** Before its process is born. */
export function firstState(
  id: string,
  { spec, path, rootfs }: Bundle,
  prepared: Prepared,
  stdio: readonly number[],
): SavedState {
  const { host, rootless, cgroup, namespaces, classOfService: intel_rdt } = prepared;
  return {
    version: 1,
    id,
    init_process_pid: 0,
    init_process_start: '',
    created: new Date().toISOString(),
    bundle: path,
    rootfs,
    owner: host.euid,
    rootless,
    ...(spec.annotations ? { annotations: spec.annotations } : {}),
    cgroup_paths: cgroup.paths,
    ...(cgroup.unit === undefined ? {} : { systemd_unit: cgroup.unit }),
    ...(intel_rdt ? { intel_rdt } : {}),
    shares_pid_namespace: !namespaces.creates('pid'),
    ...laterHooks(spec.hooks),
    ...(spec.process?.terminal ? {} : { external_descriptors: stdioNames(stdio) }),
  };
}

function laterHooks({ poststart, poststop }: Hooks = {}): Pick<SavedState, 'hooks'> {
  if (!poststart && !poststop) return {};
  return { hooks: { ...(poststart ? { poststart } : {}), ...(poststop ? { poststop } : {}) } };
}

/** The operations behind `ready` without their bulk and without the environment, which may hold secrets. */
export function afterStart(plan: readonly Operation[]): NonNullable<SavedState['after_start']> {
  let first = 0;
  const operations: Operation[] = [];
  for (let index = 0; index < plan.length; index++) {
    const operation = plan[index] as Operation;
    if (operation.op === 'sync' && operation.point === SYNC_POINTS.ready) first = index;
    if (first > 0) operations.push(slim(operation));
  }
  return { first, operations };
}

function slim(operation: Operation): Operation {
  if (operation.op === 'execute') return { ...operation, argv: operation.argv.slice(0, 1), env: [] };
  if (operation.op === 'hook') return { ...operation, args: [], env: [] };
  return operation.op === 'seccomp' ? { ...operation, filter: new Uint8Array() } : operation;
}
