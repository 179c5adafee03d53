import type { BusValue } from '../../host/native.ts';

/** A property of a unit: its name and its value as a D-Bus variant, together `(sv)`. */
export type Property = readonly [name: string, value: readonly [signature: string, value: BusValue]];

/** Infinity, for every limit of systemd's that is a 64-bit number. */
export const INFINITE = 2n ** 64n - 1n;

export const text = (name: string, value: string): Property => [name, ['s', value]];
export const flag = (name: string, value: boolean): Property => [name, ['b', value]];

/** A 64-bit number; what is negative means no limit, as in config.json. */
export function big(name: string, value: number | bigint): Property {
  return [name, ['t', value < 0 ? INFINITE : BigInt(value)]];
}
