/** Capability names to masks of 64 bits (capabilities(7)). */

import { CAPABILITIES } from '../spec/enums.ts';
import type { Capabilities } from '../spec/types.ts';
import type { Operation } from './operations.ts';

/** The mask of a list of names; names that are not known here are left out (the validator has warned). Below 2^53, so exact. */
function capabilityMask(names: readonly string[] | undefined): number {
  if (!names) return 0;
  const numbers: boolean[] = [];
  for (const name of names) {
    const number = (CAPABILITIES as readonly string[]).indexOf(name);
    if (number >= 0) numbers[number] = true;
  }
  let mask = 0;
  for (let number = 0; number < numbers.length; number++) if (numbers[number]) mask += 2 ** number;
  return mask;
}

/** The names behind a mask, for messages. */
export function capabilityNames(mask: bigint): string[] {
  return CAPABILITIES.filter((_, index) => (mask / 2n ** BigInt(index)) % 2n === 1n);
}

/** The bounding set, before the user is changed. Without a `capabilities` object every set is emptied, as in runc. */
export function boundingOperation(capabilities: Capabilities | undefined): Operation {
  return { op: 'bounding', mask: capabilityMask(capabilities?.bounding) };
}

/**
 * The four sets of the process, after the user is changed. Nothing is ever added to inheritable (CVE-2022-29162), so an ambient
 * capability that is not inheritable is left out: the kernel would refuse it (capabilities(7)), and older defaults of runc ask for it.
 */
export function capabilitiesOperation({ effective, permitted, inheritable, ambient }: Capabilities = {}): Operation {
  return {
    op: 'capabilities',
    effective: capabilityMask(effective),
    permitted: capabilityMask(permitted),
    inheritable: capabilityMask(inheritable),
    ambient: capabilityMask(inheritable ? ambient?.filter((name) => inheritable.includes(name)) : undefined),
  };
}

/**
 * The same with CAP_SYS_ADMIN for a little longer: loading a seccomp filter without no_new_privs takes it, and the filter should come
 * so late that a profile need not allow anything but what comes after it.
 */
export function capabilitiesWithFilter(capabilities: Capabilities = {}): Operation {
  const admin = (names: string[] | undefined) => [...(names ?? []), 'CAP_SYS_ADMIN'];
  const { effective, permitted } = capabilities;
  return capabilitiesOperation({
    ...capabilities,
    effective: admin(effective),
    permitted: admin(permitted),
    ambient: [],
  });
}
