/** Go's zero time, which containerd's clients know as `never`: the first second of year 1. */
const NEVER = -62135596800;
const MILLISECONDS = 1000;
const NANOSECONDS = 1_000_000;

/** google.protobuf.Timestamp. @param at milliseconds since 1970; undefined: never */
export function timestamp(at: number | undefined): { seconds: number; nanos: number } {
  if (at === undefined) return { seconds: NEVER, nanos: 0 };
  const seconds = Math.floor(at / MILLISECONDS);
  return { seconds, nanos: Math.round((at - seconds * MILLISECONDS) * NANOSECONDS) };
}
