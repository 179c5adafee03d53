/** The attributes of a bind mount, from its options. */

import { ATTRIBUTE, type MountOptions } from './mount-options.ts';

/** What a remount sets anew. In a user namespace all but the last are locked on a mount from outside (mount_namespaces(7)). */
const FLAGS = [ATTRIBUTE.readonly, ATTRIBUTE.nosuid, ATTRIBUTE.nodev, ATTRIBUTE.noexec, ATTRIBUTE.nosymfollow];

/**
 * Without any word about attributes a bind mount keeps those of its source. With one it gets exactly what the words say, as after
 * mount(8)'s remount, which is what runc and crun do: `ro` alone takes the source's nosuid away. In a user namespace it
 * keeps what the kernel would lock there. Access times stay as they are unless a word chooses them.
 *
 * @param locked the container or the runtime itself is in a user namespace
 */
export function bindAttributes(options: MountOptions, locked: boolean): { set: number; clear: number } {
  const { set, clear } = options;
  if (!options.attributes) return { set, clear };
  let cleared = 0;
  for (const flag of FLAGS) {
    if (includes(set, flag)) continue;
    if (!locked || flag === ATTRIBUTE.nosymfollow || includes(clear, flag)) cleared += flag;
  }
  if (options.choosesAtime)
    cleared += ATTRIBUTE.atime + (includes(set, ATTRIBUTE.nodiratime) ? 0 : ATTRIBUTE.nodiratime);
  return { set, clear: cleared };
}

function includes(sum: number, flag: number): boolean {
  return Math.floor(sum / flag) % 2 === 1;
}
