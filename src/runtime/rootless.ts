/** Whether cgroup permission errors are to be ignored (runc's rootless_linux.go). */

import type { Host } from '../plan/plan.ts';
import type { Context } from './context.ts';

/**
 * `--rootless`: true and false are obeyed; `auto` is true for a user who is not root, and for the root of a user namespace
 * that somebody else's cgroups confine.
 *
 * @param sessionOwner with systemd's driver: whose systemd the bus of the session leads to. A whole system in a user namespace has one of
 * its own root's.
 */
export function isRootless(
  context: Context,
  host: Pick<Host, 'euid' | 'inUserNamespace'>,
  sessionOwner?: () => number,
): boolean {
  if (context.rootless !== 'auto') return context.rootless;
  if (host.euid !== 0 || !host.inUserNamespace) return host.euid !== 0;
  return sessionOwner === undefined || sessionOwner() !== 0;
}
