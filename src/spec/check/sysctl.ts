import { type Findings, memberPath, quote } from '../issues.ts';
import type { Linux, Spec } from '../types.ts';
import { hasNamespace } from './namespaces.ts';

/** kernel.* that belong to the IPC namespace; fs.mqueue.* does too. */
const IPC_KEYS: ReadonlySet<string> = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/**
 * A sysctl key with dots as separators, as sysctl(8) reads it: the first separator decides which form it is, and in
 * the slash form `.` and `/` trade places (`net/ipv4/conf/eno2.100/rp_filter` is `net.ipv4.conf.eno2/100.rp_filter`).
 */
export function dottedSysctl(key: string): string {
  const dot = key.indexOf('.');
  const slash = key.indexOf('/');
  if (slash < 0 || (dot >= 0 && dot < slash)) return key;
  return swap(key);
}

/**
 * The file of a sysctl key below /proc/sys, without a leading slash: `net/ipv4/ip_forward`.
 *
 * @returns undefined when the key has an empty component, `.` or `..`: it would lead somewhere else.
 */
export function sysctlPath(key: string): string | undefined {
  const path = swap(dottedSysctl(key));
  const isPlain = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  return isPlain ? path : undefined;
}

function swap(key: string): string {
  return Array.from(key, (sign) => (sign === '.' ? '/' : sign === '/' ? '.' : sign)).join('');
}

/** /proc/sys belongs to the container only where a namespace of its own stands behind the key (runc: validate.sysctl). */
export function checkSysctl(spec: Spec, findings: Findings): void {
  const { linux } = spec;
  for (const key of Object.keys(linux?.sysctl ?? {})) {
    const name = dottedSysctl(key);
    const problem = sysctlPath(key) === undefined ? `sysctl ${quote(key)} is not a name` : refusal(name, spec, linux);
    if (problem !== undefined) findings.issue(memberPath('linux.sysctl', key), problem);
  }
}

function refusal(name: string, spec: Spec, linux: Linux | undefined): string | undefined {
  if (IPC_KEYS.has(name) || name.startsWith('fs.mqueue.')) {
    return hasNamespace(linux, 'ipc') ? undefined : `sysctl ${quote(name)} is not allowed in the hosts ipc namespace`;
  }
  // Whether a joined network namespace is the host's own is for the runtime to see.
  if (name.startsWith('net.')) {
    return hasNamespace(linux, 'network') ? undefined : `sysctl ${quote(name)} not allowed in host network namespace`;
  }
  if (hasNamespace(linux, 'uts')) {
    if (name === 'kernel.hostname') return conflict(name, 'hostname');
    if (name === 'kernel.domainname') return spec.domainname ? conflict(name, 'domainname') : undefined;
  }
  if (name.startsWith('user.')) {
    const reason = `setting ucounts without a user namespace not allowed: ${quote(name).slice(1, -1)}`;
    return hasNamespace(linux, 'user') ? undefined : reason;
  }
  return `sysctl ${quote(name)} is not in a separate kernel namespace`;
}

function conflict(name: string, field: string): string {
  return `sysctl ${quote(name)} is not allowed as it conflicts with the OCI "${field}" field`;
}
