/** The last steps of hoist-init on its way to a process, in a container that is being made or in one that is there (`exec`). */

import type { Process } from '../spec/types.ts';
import { capabilitiesOperation, capabilitiesWithFilter } from './capabilities.ts';
import { CWD_HOW, type Operation } from './operations.ts';
import type { Host, Request, SeccompFilter } from './plan.ts';
import { addCredentials, addLabels, addLimits, addScheduling, lookupOperation, type Setting } from './process.ts';

type Wish = Pick<Request, 'seccomp' | 'setgroupsDenied'>;

/** What takes the privileges of before: labels, scheduling. */
export function addSetting(
  to: Operation[],
  process: Process,
  setting: Setting,
  host: Pick<Host, 'apparmor' | 'selinux'>,
): void {
  addLabels(to, process, host);
  if (process.noNewPrivileges) to.push({ op: 'noNewPrivileges' });
  addScheduling(to, process, setting);
}

/** Limits, user, capabilities, then everything that is to be found as that user. */
export function addIdentityOfProcess(to: Operation[], process: Process, request: Wish): void {
  const { capabilities, cwd } = process;
  addLimits(to, process);
  // With the rights of before where the user has none, with the user's where root has none (NFS, FUSE), as runc enters it.
  to.push({ op: 'cwd', path: cwd, how: CWD_HOW.early });
  addCredentials(to, process, request);
  to.push(
    keepsAdmin(process, request.seccomp) ? capabilitiesWithFilter(capabilities) : capabilitiesOperation(capabilities),
  );
  to.push({ op: 'cwd', path: cwd, how: 0 });
  to.push(lookupOperation(process));
}

/** The filter comes last where it can, so that a profile need not allow anything that we do; then goes the capability that it took. */
export function addFilter(to: Operation[], process: Process, seccomp: SeccompFilter | undefined): void {
  if (seccomp) to.push({ op: 'seccomp', filter: seccomp.filter, flags: seccomp.flags });
  if (keepsAdmin(process, seccomp)) to.push(capabilitiesOperation(process.capabilities));
}

/** Without no_new_privs a filter needs CAP_SYS_ADMIN, which is then the very last thing to be taken away. */
function keepsAdmin(process: Process, seccomp: SeccompFilter | undefined): boolean {
  return seccomp !== undefined && !process.noNewPrivileges;
}
