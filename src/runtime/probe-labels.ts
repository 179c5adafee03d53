/** Which security modules this kernel runs: labels mean something only there. */

import { native } from '../host/native.ts';
import type { Host } from '../plan/plan.ts';

export function probeLabels(): Pick<Host, 'apparmor' | 'selinux'> {
  return {
    apparmor: native.stat('/sys/kernel/security/apparmor') !== undefined,
    selinux: native.stat('/sys/fs/selinux/enforce') !== undefined,
  };
}
