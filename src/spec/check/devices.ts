import { type Findings, memberPath, quote } from '../issues.ts';
import type { Spec } from '../types.ts';
import type { Context } from './context.ts';
import { hasNamespace } from './namespaces.ts';

export function checkDevices(spec: Spec, findings: Findings): void {
  const devices = spec.linux?.devices ?? [];
  for (let i = 0; i < devices.length; i++) {
    if (!devices[i]?.path.startsWith('/')) findings.issue(`linux.devices[${i}].path`, 'must be an absolute path');
  }
}

/** linux.netDevices (runc: validate.netdevices). */
export function checkNetDevices(spec: Spec, findings: Findings, context: Context): void {
  const devices = Object.entries(spec.linux?.netDevices ?? {});
  if (devices.length === 0) return;
  const at = 'linux.netDevices';
  if (!hasNamespace(spec.linux, 'network')) {
    findings.issue(at, 'unable to move network devices without a NET namespace');
  }
  if (context.rootless) findings.issue(at, 'network devices are not supported for rootless containers');
  const inside = new Map<string, string>();
  for (const [hostName, { name }] of devices) {
    const path = memberPath(at, hostName);
    for (const each of name ? [hostName, name] : [hostName]) {
      if (!isDeviceName(each)) findings.issue(path, `invalid network device name ${quote(each)}`);
    }
    const finalName = name || hostName;
    const other = inside.get(finalName);
    if (other !== undefined)
      findings.issue(path, `gets the name ${quote(finalName)} in the container, like ${quote(other)}`);
    inside.set(finalName, hostName);
  }
}

/** The kernel's dev_valid_name(): 1 to 15 bytes, no slash, colon or white space, not `.` or `..`; no `%`, which makes a pattern of it. */
export function isDeviceName(name: string): boolean {
  if (name === '.' || name === '..' || /[/:%\s]/.test(name)) return false;
  const length = new TextEncoder().encode(name).length;
  return length > 0 && length < 16;
}
