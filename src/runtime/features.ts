/** `features`: what this build can do (spec: features.md). */

import { native } from '../host/native.ts';
import { knownMountOptions } from '../plan/mount-options.ts';
import { CAPABILITIES } from '../spec/enums.ts';
import { featuresDocument } from '../spec/features.ts';
import { COMMIT, VERSION } from '../version.ts';

/** The features document of runtime-spec 1.3. */
export function features(): ReturnType<typeof featuresDocument> {
  return featuresDocument({
    version: VERSION,
    commit: COMMIT,
    libseccomp: native.seccompInfo().version,
    mountOptions: knownMountOptions(),
    capabilities: CAPABILITIES,
  });
}
