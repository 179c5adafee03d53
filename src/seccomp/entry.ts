/**
 * A compiled filter as a file: a line with the digest of what follows, a line with the seccomp(2) flags, then struct sock_filter.
 *
 * The digest finds files that a full disk or a crash left half; who may write them is a matter of owner and mode.
 */

export interface CompiledFilter {
  /** struct sock_filter, 8 bytes each, in this machine's byte order. */
  readonly filter: Uint8Array;
  /** For seccomp(2). */
  readonly flags: number;
}

type Hash = (data: Uint8Array) => string;

const DIGEST = 64;
const NEWLINE = 10;

/** @param hash 64 characters. */
export function encodeEntry({ filter, flags }: CompiledFilter, hash: Hash): Uint8Array {
  const head = new TextEncoder().encode(`${flags}\n`);
  const body = new Uint8Array(head.length + filter.length);
  body.set(head);
  body.set(filter, head.length);
  const entry = new Uint8Array(DIGEST + 1 + body.length);
  entry.set(new TextEncoder().encode(`${hash(body)}\n`));
  entry.set(body, DIGEST + 1);
  return entry;
}

/** undefined when the bytes are not exactly what encodeEntry made. */
export function decodeEntry(entry: Uint8Array, hash: Hash): CompiledFilter | undefined {
  if (entry.length < DIGEST + 3 || entry[DIGEST] !== NEWLINE) return undefined;
  const body = entry.subarray(DIGEST + 1);
  const digest = hash(body);
  for (let i = 0; i < DIGEST; i++) if (entry[i] !== digest.charCodeAt(i)) return undefined;
  const end = body.indexOf(NEWLINE);
  const text = String.fromCharCode(...body.subarray(0, Math.min(end, 10)));
  const filter = body.subarray(end + 1);
  if (end < 1 || !/^\d{1,10}$/.test(text) || filter.length === 0 || filter.length % 8 !== 0) return undefined;
  return { filter, flags: Number(text) };
}
