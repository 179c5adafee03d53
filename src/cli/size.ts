import { RuntimeError } from '../errors.ts';
import type { Int } from '../spec/types.ts';

const UNITS = 'bkmgtp';
const LARGEST = 2n ** 63n;

/**
 * A number of bytes with a unit, by the rules of docker/go-units' RAMInBytes, which runc and docker use: `512m`, `1.5 GiB`, `64kb`;
 * powers of 1024 whatever the case; what is behind the point of a byte is cut off.
 *
 * @throws RuntimeError InvalidArgument with its words
 */
export function ramInBytes(text: string): Int {
  let end = text.length;
  while (end > 0 && !'0123456789. '.includes(text[end - 1] as string)) end--;
  const number = text[end - 1] === ' ' ? text.slice(0, end - 1) : text.slice(0, end);
  const suffix = text.slice(end).toLowerCase();
  if (end === 0 || number.startsWith('-')) throw invalid(`invalid size: '${text}'`);
  if (!/^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number))
    throw invalid(`strconv.ParseFloat: parsing ${JSON.stringify(number)}: invalid syntax`);
  if (!/^(b|[kmgtp](i?b)?)?$/.test(suffix)) throw invalid(`invalid suffix: '${suffix}'`);
  const size = Math.trunc(Number(number) * 1024 ** Math.max(UNITS.indexOf(suffix[0] ?? 'b'), 0));
  if (Number.isSafeInteger(size)) return size;
  if (!Number.isFinite(size) || BigInt(size) >= LARGEST) throw invalid(`invalid size: '${text}'`);
  return BigInt(size);
}

function invalid(words: string): RuntimeError {
  return new RuntimeError('InvalidArgument', words, { hint: 'bytes, with a unit if you like: 512m, 1.5g, 65536' });
}
