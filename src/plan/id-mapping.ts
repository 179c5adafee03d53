/**
 * The id mapping of a mount (spec: config.md, Mounts; runc: checkIDMapMounts; crun's `idmap=uids=…;gids=…`): which user namespace the
 * kernel is to take it from. Only a mount that asks for one ever gets here.
 */

import { RuntimeError } from '../errors.ts';
import { stringify } from '../spec/stringify.ts';
import type { IdMapping, Linux, Mount } from '../spec/types.ts';
import type { MountContext } from './mount-operation.ts';
import type { MountOptions } from './mount-options.ts';
import type { Slot } from './plan.ts';

const NONE: readonly IdMapping[] = [];

/** Whether a mount has mappings of its own or asks for the container's. It decides before the options are read: an opening cannot wait. */
export function isIdMapped({ uidMappings, gidMappings, options = [] }: Mount): boolean {
  if (uidMappings?.length || gidMappings?.length) return true;
  for (const word of options) {
    if (word === 'idmap' || word === 'ridmap' || word.startsWith('idmap=') || word.startsWith('ridmap=')) return true;
  }
  return false;
}

/**
 * The slot of the user namespace that maps the ids of a mount.
 * @param bind what the kernel can map here: nothing but a bind mount
 * @throws RuntimeError InvalidArgument in runc's words
 */
export function mappingSlot(
  { spec, host, slots }: MountContext,
  mount: Mount,
  { idMap }: MountOptions,
  bind: boolean,
): number {
  if (!bind) throw invalid(mount, 'id-mapped mounts are only supported for bind-mounts');
  if (host.euid !== 0) throw invalid(mount, 'id-mapped mounts are not supported for rootless containers');
  const linux = spec.linux ?? {};
  const slot = slotOf(mount, idMap?.custom ?? '', linux);
  if (slot.kind === 'mapping' && (slot.uid.length === 0 || slot.gid.length === 0))
    throw invalid(mount, 'id-mapped mounts must have both uid and gid mappings specified');
  // One user namespace for all mounts of the same mapping. Not JSON.stringify: unknown members may be integers of 64 bits.
  const key = stringify(slot);
  for (let index = 0; index < slots.length; index++) if (stringify(slots[index]) === key) return index;
  return slots.push(slot) - 1;
}

function slotOf(mount: Mount, custom: string, linux: Linux): Slot {
  const uid = mount.uidMappings ?? NONE;
  const gid = mount.gidMappings ?? NONE;
  if (uid.length + gid.length > 0) return { kind: 'mapping', uid, gid };
  if (custom !== '') return customMapping(mount, custom, linux);
  for (const { type, path } of linux.namespaces ?? []) {
    if (type !== 'user') continue;
    if (path) return { kind: 'namespace', type, path };
    return { kind: 'mapping', uid: linux.uidMappings ?? NONE, gid: linux.gidMappings ?? NONE };
  }
  return { kind: 'mapping', uid: NONE, gid: NONE };
}

/** `uids=0-1-10#10-11-10;gids=@0-100-10`: ranges of id in the file system, id outside, length (crun(1), idmap mount options). */
function customMapping(mount: Mount, text: string, linux: Linux): Slot {
  let uid = NONE;
  let gid = NONE;
  for (const part of text.split(';')) {
    if (part.startsWith('uids=')) uid = ranges(mount, part.slice('uids='.length), linux.uidMappings ?? NONE);
    else if (part.startsWith('gids=')) gid = ranges(mount, part.slice('gids='.length), linux.gidMappings ?? NONE);
    else throw invalid(mount, `invalid option ${JSON.stringify(part)} for idmap: must be uids=… or gids=…`);
  }
  return { kind: 'mapping', uid, gid };
}

function ranges(mount: Mount, text: string, container: readonly IdMapping[]): IdMapping[] {
  const result: IdMapping[] = [];
  for (const range of text.split('#')) {
    const match = /^(@?)(\d{1,10})-(\d{1,10})-(\d{1,10})$/.exec(range);
    const [containerID = 0, hostID = 0, size = 0] = match?.slice(2).map(Number) ?? [];
    if (!match || size === 0 || Math.max(containerID, hostID) + size > 0xffffffff)
      throw invalid(mount, `invalid id mapping ${JSON.stringify(range)}: must be FROM-TO-LENGTH`);
    if (match[1] === '@') result.push(...relative(mount, { containerID, hostID, size }, container));
    else result.push({ containerID, hostID, size });
  }
  return result;
}

/** A range whose ids outside are those of the container: cut where the container's own mappings end (crun takes it for one piece). */
function relative(mount: Mount, wanted: IdMapping, container: readonly IdMapping[]): IdMapping[] {
  if (container.length === 0) return [wanted];
  const result: IdMapping[] = [];
  for (let done = 0; done < wanted.size; ) {
    const id = wanted.hostID + done;
    const within = container.find((one) => one.containerID <= id && id < one.containerID + one.size);
    if (!within) throw invalid(mount, `the id ${id} of the container is not mapped`);
    const offset = id - within.containerID;
    const size = Math.min(wanted.size - done, within.size - offset);
    result.push({ containerID: wanted.containerID + done, hostID: within.hostID + offset, size });
    done += size;
  }
  return result;
}

function invalid({ destination }: Mount, reason: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `invalid mount ${destination}: ${reason}`, {
    stage: 'config',
    path: destination,
  });
}
