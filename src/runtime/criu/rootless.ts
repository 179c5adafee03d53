/** Who cannot use criu. */

import { RuntimeError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { inUserNamespace } from '../probe.ts';

/** @throws RuntimeError PermissionDenied for a user, and for the root of a user namespace; runc tries, and criu fails */
export function refuseRootless(verb: 'checkpoint' | 'restore'): void {
  if (native.ids().euid === 0 && !inUserNamespace()) return;
  throw new RuntimeError('PermissionDenied', `${verb} is not possible for rootless containers`, {
    stage: 'criu',
    hint: "criu needs the privileges of the host's root",
  });
}
