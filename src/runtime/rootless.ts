/** Whether cgroup permission errors are to be ignored (runc's rootless_linux.go). */

import type { Host } from '../plan/plan.ts';
import type { Context } from './context.ts';

/**
 * `--rootless`: true and false are obeyed; `auto` is true for a user who is not root, and for the root of a user namespace
 * that somebody else's cgroups confine.
 */
export function isRootless(context: Context, host: Pick<Host, 'euid' | 'inUserNamespace'>): boolean {
  if (context.rootless !== 'auto') return context.rootless;
  return host.euid !== 0 || host.inUserNamespace;
}
