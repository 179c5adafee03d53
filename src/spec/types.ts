// The types of config.json and of the state JSON: OCI runtime-spec 1.3, the Linux part complete.
// What a validated value holds: null members and empty enum words are gone (Go reads both as absent), numbers are
// in range. Optional members mean what the specification says of their absence.

export type * from './enums.ts';
export type * from './enums-seccomp.ts';
export type * from './types/int.ts';
export type * from './types/linux.ts';
export type * from './types/process.ts';
export type * from './types/resources.ts';
export type * from './types/seccomp.ts';
export type * from './types/spec.ts';
