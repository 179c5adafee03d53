import { ANNOTATIONS } from '../annotations.ts';
import type { Findings } from '../issues.ts';
import type { SeccompSyscall, Spec } from '../types.ts';

/** linux.seccomp (runc: seccomp.InitSeccomp; spec: config-linux.md, Seccomp). */
export function checkSeccomp(spec: Spec, findings: Findings): void {
  const seccomp = spec.linux?.seccomp;
  if (seccomp === undefined) return;
  const at = 'linux.seccomp';
  let notifies = false;
  if (seccomp.defaultAction === 'SCMP_ACT_NOTIFY') {
    findings.issue(`${at}.defaultAction`, 'SCMP_ACT_NOTIFY cannot be used as default action');
  }
  const syscalls = seccomp.syscalls ?? [];
  for (let i = 0; i < syscalls.length; i++) {
    const { names, action } = syscalls[i] as SeccompSyscall;
    if (names.length === 0) findings.warn(`${at}.syscalls[${i}].names`, 'is empty, the rule does nothing');
    if (action !== 'SCMP_ACT_NOTIFY') continue;
    notifies = true;
    // What sets the container up writes under the filter, and the agent could not be asked before that.
    if (names.includes('write')) {
      findings.issue(`${at}.syscalls[${i}]`, 'SCMP_ACT_NOTIFY cannot be used for the write syscall');
    }
  }
  if (notifies && !seccomp.listenerPath && !spec.annotations?.[ANNOTATIONS.seccompReceiver]) {
    findings.issue(`${at}.listenerPath`, 'seccomp listenerPath is not set, and SCMP_ACT_NOTIFY needs it');
  }
  if (seccomp.listenerPath && !notifies) {
    findings.warn(`${at}.listenerPath`, 'has no effect: no rule has the action SCMP_ACT_NOTIFY');
  }
  if (seccomp.listenerMetadata && !seccomp.listenerPath) {
    findings.warn(`${at}.listenerMetadata`, 'means nothing without listenerPath');
  }
}
