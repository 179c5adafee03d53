/** What is unusual about a configuration, for the log; nothing of it is fatal. */

import type { Spec } from '../spec/types.ts';
import type { Host } from './plan.ts';

/** @param known warnings that there are already; they come first */
export function warningsOf(spec: Spec, host: Host, known: readonly string[]): string[] {
  const warnings = [...known];
  for (const { destination } of spec.mounts ?? []) {
    if (destination.startsWith('/')) continue;
    warnings.push(`mount destination ${destination} is not absolute: relative paths are deprecated`);
  }
  const { apparmorProfile, selinuxLabel } = spec.process ?? {};
  if (apparmorProfile && !host.apparmor) {
    warnings.push(`AppArmor is not active on this host: ignoring the profile ${apparmorProfile}`);
  }
  const label = selinuxLabel || spec.linux?.mountLabel;
  if (label && !host.selinux) warnings.push(`SELinux is not active on this host: ignoring the label ${label}`);
  if (spec.linux?.personality?.flags?.length) warnings.push('personality flags are not supported and are ignored');
  return warnings;
}
