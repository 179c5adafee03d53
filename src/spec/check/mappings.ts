import type { Findings } from '../issues.ts';
import type { IdMapping, Mount, Spec } from '../types.ts';
import type { Context } from './context.ts';
import { hasNamespace, namespacePath } from './namespaces.ts';

/** linux.uidMappings and gidMappings with the user namespace (runc: validate.namespaces, setupUserNamespace). */
export function checkIdMappings(spec: Spec, findings: Findings, context: Context): void {
  const { uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  checkRanges(uidMappings, 'linux.uidMappings', findings);
  checkRanges(gidMappings, 'linux.gidMappings', findings);
  const isMapped = uidMappings.length > 0 || gidMappings.length > 0;
  if (!hasNamespace(spec.linux, 'user')) {
    if (context.rootless) findings.issue('linux.namespaces', 'rootless container requires user namespaces');
    if (!isMapped) return;
    // Not an error: engines send mappings for idmapped mounts alone.
    const path = uidMappings.length > 0 ? 'linux.uidMappings' : 'linux.gidMappings';
    findings.warn(path, "user namespace mappings specified, but user namespace isn't enabled in the config");
  } else if (namespacePath(spec.linux, 'user') !== '') {
    // containerd and CRI-O send both; whether they agree only the host can tell, so the runtime compares them.
    if (isMapped) findings.warn('linux.uidMappings', 'config.json has both a userns path to join and a userns mapping');
  } else if (!isMapped) {
    findings.issue('linux.namespaces', 'user namespaces enabled, but no uid mappings found');
  } else {
    checkRootIsMapped(uidMappings, 'uid', findings);
    checkRootIsMapped(gidMappings, 'gid', findings);
  }
}

/** Container set-up runs as the namespace's root and makes files in its name. */
function checkRootIsMapped(mappings: readonly IdMapping[], kind: 'uid' | 'gid', findings: Findings): void {
  const path = `linux.${kind}Mappings`;
  if (mappings.length === 0) findings.issue(path, `user namespaces enabled, but no ${kind} mappings found`);
  else if (!mappings.some((mapping) => mapping.containerID === 0)) {
    findings.issue(path, `user namespaces enabled, but no mapping found for ${kind} 0`);
  }
}

/** The kernel's end of the ids: 4294967295 is no id. */
const ID_END = 0xffffffff;

/** What the kernel refuses with a bare EINVAL: ranges past the last id, and ranges that overlap. */
function checkRanges(mappings: readonly IdMapping[], path: string, findings: Findings): void {
  if (mappings.length === 0) return;
  for (const side of ['containerID', 'hostID'] as const) {
    const starts = mappings.map((mapping, i) => ({ start: mapping[side], end: mapping[side] + mapping.size, i }));
    for (const { end, i } of starts) {
      if (end > ID_END) findings.issue(`${path}[${i}]`, `${side} plus size is ${end}, ids end at ${ID_END - 1}`);
    }
    starts.sort((a, b) => a.start - b.start);
    for (const [n, range] of starts.entries()) {
      const before = starts[n - 1];
      if (before === undefined || range.start >= before.end) continue;
      findings.issue(`${path}[${range.i}].${side}`, `the range overlaps with ${path}[${before.i}]`);
    }
  }
}

/** mounts[].uidMappings and gidMappings (runc: checkIDMapMounts); that the mount is a bind mount is the plan's rule. */
export function checkMountMappings(mount: Mount, path: string, findings: Findings, context: Context): void {
  const { uidMappings = [], gidMappings = [] } = mount;
  if (uidMappings.length === 0 && gidMappings.length === 0) return;
  checkRanges(uidMappings, `${path}.uidMappings`, findings);
  checkRanges(gidMappings, `${path}.gidMappings`, findings);
  if (uidMappings.length === 0 || gidMappings.length === 0) {
    findings.issue(path, 'id-mapped mounts must have both uid and gid mappings specified');
  }
  if (context.rootless) findings.issue(path, 'id-mapped mounts are not supported for rootless containers');
}
