/**
 * What of a container's birth `restore` needs: criu makes the mounts itself, but neither the places to attach them to nor the names of
 * those that come from outside.
 */

import { RuntimeError } from '../errors.ts';
import type { Mount, Spec } from '../spec/types.ts';
import { isIdMapped } from './id-mapping.ts';
import { PROPAGATION } from './mount-options.ts';
import { isBind, mountOperations } from './mounts.ts';
import { Namespaces } from './namespaces.ts';
import { MOUNT_WHAT, type Operation } from './operations.ts';
import type { Host, Request } from './plan.ts';

/** A mount whose content does not belong to the checkpoint. */
export interface ExternalMount {
  /** Its name among the images, and where it is in the container: an absolute path, before links are followed. */
  readonly path: string;
  /** What is mounted there, a path of the host. */
  readonly source: string;
  /** Only a file: masked folders get an empty file system, which belongs to the container. */
  readonly masked: boolean;
}

/** @param operations of the container's plan */
export function externalMounts(operations: readonly Operation[]): ExternalMount[] {
  const found: ExternalMount[] = [];
  for (const operation of operations) {
    if (operation.op === 'mount' && operation.what === MOUNT_WHAT.bind) {
      found.push({ path: operation.destination, source: operation.source, masked: false });
    } else if (operation.op === 'device') {
      found.push({ path: operation.path, source: operation.path, masked: false });
    } else if (operation.op === 'mask') {
      found.push({ path: operation.path, source: '/dev/null', masked: true });
    }
  }
  return found;
}

/** @throws RuntimeError Unimplemented: criu attaches what comes from outside as it is there, without its id mapping */
export function refuseIdMapped({ mounts = [] }: Spec): void {
  const mount = mounts.find(isIdMapped);
  if (!mount) return;
  const text = `the idmapped mount of ${mount.destination} cannot be checkpointed or restored`;
  throw new RuntimeError('Unimplemented', text, { stage: 'criu', path: mount.destination });
}

/**
 * Makes what mounts are attached to, as a birth does: by mounting everything, in a mount namespace that ends with it. Places on a file
 * system that the checkpoint brings along (a tmpfs) are gone with it too.
 */
export function mountPointPlan(spec: Spec, host: Host, request: Request): Operation[] {
  const linux = { namespaces: [{ type: 'mount' as const }] };
  refuseIdMapped(spec);
  const mounts = (spec.mounts ?? []).filter(hasPlace);
  const bare = { ociVersion: spec.ociVersion, root: spec.root, mounts, linux };
  const namespaces = new Namespaces(linux);
  const { mounts: made } = mountOperations({ spec: bare, namespaces, host, request, slots: [] });
  return [
    ...namespaces.operations(host, [], [], false),
    { op: 'rootfs', path: request.rootfs, propagation: PROPAGATION.slave + PROPAGATION.recursive },
    ...made,
    { op: 'end' },
  ];
}

/** Those of cgroups lie on a tmpfs or in sysfs. */
function hasPlace(mount: Mount): boolean {
  return isBind(mount) || mount.type !== 'cgroup';
}
