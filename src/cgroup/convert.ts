import { RuntimeError } from '../errors.ts';
import type { Int } from '../spec/types.ts';

/**
 * CPU shares of cgroup v1 (2 to 262144, 1024 is normal) to the weight of v2 (1 to 10000, 100 is normal).
 *
 * The quadratic curve through the two ends and the two normal values, which runc (opencontainers/cgroups 0.0.5) and crun
 * (1.23) use; the older linear formula made 39 of 1024, so that containers lost to everything beside them.
 * 0 stays 0, "not set".
 */
export function weightFromShares(shares: Int): number {
  const value = Number(shares);
  if (value === 0) return 0;
  if (value <= 2) return 1;
  if (value >= 262144) return 10000;
  const log = Math.log2(value);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

/** blkio.weight (10 to 1000) to io.weight (1 to 10000), linear; 0 stays 0, "not set". */
export function ioWeightFromBlkio(weight: number): number {
  return weight === 0 ? 0 : 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/**
 * `memory.swap.max` for config.json's swap, which means memory plus swap.
 *
 * @returns what to write, or undefined for nothing.
 * @throws RuntimeError InvalidArgument when the two limits do not fit together.
 */
export function swapMaximum(swap: Int | undefined, limit: Int | undefined): string | undefined {
  const unlimited = limit !== undefined && Number(limit) === -1;
  if (!swap) return unlimited ? 'max' : undefined; // v1's "both unlimited", written as memory alone
  if (Number(swap) === -1) return 'max';
  if (unlimited) return String(swap);
  if (!limit) throw new RuntimeError('InvalidArgument', 'unable to set swap limit without memory limit');
  if (limit < 0) throw new RuntimeError('InvalidArgument', `invalid memory value: ${limit}`);
  if (swap < limit) throw new RuntimeError('InvalidArgument', 'memory+swap limit should be >= memory limit');
  return String(BigInt(swap) - BigInt(limit));
}

/** A limit of cgroup v2: -1 is `max`, 0 and absent are "not set". */
export function maximum(value: Int | undefined): string | undefined {
  if (!value) return undefined;
  return Number(value) === -1 ? 'max' : String(value);
}

/** `pids.max`: 0 means "no new process", for which systemd (and so runc since 1.4) writes 1; negative is no limit. */
export function pidsMaximum(limit: Int): string {
  if (limit > 0) return String(limit);
  return Number(limit) === 0 ? '1' : 'max';
}
