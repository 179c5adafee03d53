/** Names and kernel parameters of the container's own namespaces. */

import type { Spec } from '../spec/types.ts';
import type { Operation } from './operations.ts';

export function addIdentity(to: Operation[], spec: Spec): void {
  if (spec.hostname) to.push({ op: 'hostname', name: spec.hostname });
  if (spec.domainname) to.push({ op: 'domainname', name: spec.domainname });
  const sysctl = spec.linux?.sysctl;
  if (!sysctl) return;
  for (const [name, value] of Object.entries(sysctl)) to.push({ op: 'sysctl', path: sysctlPath(name), value });
}

/** `net.ipv4.ip_forward` and `net/ipv4/ip_forward`; the first separator decides, the other one is part of names (sysctl.d(5)). */
function sysctlPath(name: string): string {
  const dot = name.indexOf('.');
  const slash = name.indexOf('/');
  if (dot < 0 || (slash >= 0 && slash < dot)) return name;
  let path = '';
  for (const letter of name) path += letter === '.' ? '/' : letter === '/' ? '.' : letter;
  return path;
}
