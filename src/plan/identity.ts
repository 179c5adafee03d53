/** Names and kernel parameters of the container's own namespaces. */

import { sysctlPath } from '../spec/check/sysctl.ts';
import type { Spec } from '../spec/types.ts';
import type { Operation } from './operations.ts';

export function addIdentity(to: Operation[], spec: Spec): void {
  if (spec.hostname) to.push({ op: 'hostname', name: spec.hostname });
  if (spec.domainname) to.push({ op: 'domainname', name: spec.domainname });
  const sysctl = spec.linux?.sysctl;
  if (!sysctl) return;
  for (const [name, value] of Object.entries(sysctl)) {
    // The validator has refused names that lead somewhere else.
    to.push({ op: 'sysctl', path: sysctlPath(name) ?? name, value });
  }
}
