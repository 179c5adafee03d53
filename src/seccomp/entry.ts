/**
 * A compiled filter as a file: the digest of what follows, the key that it was compiled for, then struct sock_filter.
 *
 * The digest finds files that a full disk or a crash left half. The key inside keeps an entry from being passed off as another's,
 * by a rename. Who may write entries at all is a matter of owner and mode.
 */

type Hash = (data: Uint8Array) => string;

/** Characters of a digest, and of a key. */
const DIGEST = 64;
const HEAD = 2 * DIGEST;

/** @param key 64 characters of ASCII. */
export function encodeEntry(key: string, filter: Uint8Array, hash: Hash): Uint8Array {
  const entry = new Uint8Array(HEAD + filter.length);
  const put = (text: string, at: number) => {
    for (let i = 0; i < DIGEST; i++) entry[at + i] = text.charCodeAt(i);
  };
  put(key, DIGEST);
  entry.set(filter, HEAD);
  put(hash(entry.subarray(DIGEST)), 0);
  return entry;
}

/** The filter; undefined when the bytes are not exactly what encodeEntry made for this key. */
export function decodeEntry(key: string, entry: Uint8Array, hash: Hash): Uint8Array | undefined {
  if (entry.length <= HEAD || entry.length % 8 !== 0 || ascii(entry, DIGEST) !== key) return undefined;
  return ascii(entry, 0) === hash(entry.subarray(DIGEST)) ? entry.subarray(HEAD) : undefined;
}

const ascii = (bytes: Uint8Array, at: number) =>
  String.fromCharCode.apply(null, bytes.subarray(at, at + DIGEST) as unknown as number[]);
