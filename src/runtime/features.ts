/** `features`: what this build can do (spec: features.md). */

import { native } from '../host/native.ts';
import { knownMountOptions } from '../plan/mount-options.ts';
import { filterFlags } from '../seccomp/profile.ts';
import { CAPABILITIES } from '../spec/enums.ts';
import { SECCOMP_FLAGS } from '../spec/enums-seccomp.ts';
import { featuresDocument } from '../spec/features.ts';
import type { SeccompFlag, SeccompSyscall } from '../spec/types.ts';
import { COMMIT, VERSION } from '../version.ts';

/** What this build can do, and of its seccomp flags what this kernel can, as the features document of runtime-spec 1.3. */
export function features(): ReturnType<typeof featuresDocument> {
  return featuresDocument({
    version: VERSION,
    commit: COMMIT,
    libseccomp: native.seccompInfo().version,
    mountOptions: knownMountOptions(),
    capabilities: CAPABILITIES,
    seccompFlags: SECCOMP_FLAGS.filter(isSupported),
  });
}

/** Together with a listener, without which one of them means nothing. */
function isSupported(flag: SeccompFlag): boolean {
  const asking: SeccompSyscall = { names: ['read'], action: 'SCMP_ACT_NOTIFY' };
  return native.knowsSeccompFlags(filterFlags({ defaultAction: 'SCMP_ACT_ALLOW', flags: [flag], syscalls: [asking] }));
}
