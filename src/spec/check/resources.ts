import { type Findings, memberPath, quote } from '../issues.ts';
import type { Resources } from '../types.ts';

/**
 * The meaning of linux.resources as far as the host does not matter; what a cgroup version or driver cannot do is
 * said where the limits become file writes.
 *
 * @param at the path of the resources, `linux.resources` or `` for a file that is one.
 */
export function checkResources(resources: Resources, at: string, findings: Findings): void {
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
  const devices = resources.devices ?? [];
  for (let i = 0; i < devices.length; i++) {
    const access = devices[i]?.access ?? '';
    if (access === '') findings.issue(path(`devices[${i}].access`), `device access at ${i} field cannot be empty`);
    else if (access !== 'rwm' && !/^[rwm]+$/.test(access)) {
      findings.issue(path(`devices[${i}].access`), `must be letters of rwm, got ${quote(access)}`);
    }
  }
  // The size becomes part of a file name (hugetlb.2MB.limit_in_bytes).
  resources.hugepageLimits?.forEach(({ pageSize }, i) => {
    if (/^[1-9][0-9]*[KMG]B$/.test(pageSize)) return;
    findings.issue(path(`hugepageLimits[${i}].pageSize`), `must be a size such as 2MB, got ${quote(pageSize)}`);
  });
  for (const key of Object.keys(resources.unified ?? {})) checkUnifiedKey(key, path('unified'), findings);
  for (const name of Object.keys(resources.rdma ?? {})) {
    if (name === '' || /\s/.test(name)) findings.issue(memberPath(path('rdma'), name), 'is not a device name');
  }
  if (resources.memory?.kernel !== undefined || resources.memory?.kernelTCP !== undefined) {
    findings.warn(path('memory.kernel'), 'Kernel memory settings are ignored and will be removed');
  }
}

function checkUnifiedKey(key: string, at: string, findings: Findings): void {
  const path = memberPath(at, key);
  if (key.includes('/')) findings.issue(path, `unified resource ${quote(key)} must be a file name (no slashes)`);
  else if (!/^[^.]+\../.test(key)) {
    findings.issue(path, `unified resource ${quote(key)} must be in the form CONTROLLER.PARAMETER`);
  }
}
