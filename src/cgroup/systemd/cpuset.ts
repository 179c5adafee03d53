import { RuntimeError } from '../../errors.ts';

/** More processors or nodes than any kernel has: CONFIG_NR_CPUS is at most 8192. */
const MOST = 65_536;

/**
 * A list as cpuset files have it (`1,3-5`) to the bit mask that AllowedCPUs and AllowedMemoryNodes take: bit n of byte n/8.
 *
 * Blanks and empty elements are fine, as they are for the kernel.
 * @throws RuntimeError InvalidArgument, in runc's words for an empty list and a range that runs backwards
 */
export function bitMask(list: string): Uint8Array {
  const bytes: number[] = [];
  for (const element of list.split(',')) {
    const range = element.trim();
    if (range === '') continue;
    const [first = '', last = first, ...more] = range.split('-');
    const start = number(first);
    const end = number(last);
    if (more.length > 0 || start === undefined || end === undefined || start > end) {
      throw new RuntimeError('InvalidArgument', `invalid range: ${range}`, { stage: 'cgroup' });
    }
    for (let bit = start; bit <= end; bit++) {
      const at = Math.floor(bit / 8);
      while (bytes.length <= at) bytes.push(0);
      // Each bit of a byte counts once, whatever the ranges repeat.
      const value = 2 ** (bit % 8);
      if (Math.floor((bytes[at] ?? 0) / value) % 2 === 0) bytes[at] = (bytes[at] ?? 0) + value;
    }
  }
  if (bytes.length === 0) throw new RuntimeError('InvalidArgument', 'empty value', { stage: 'cgroup' });
  return new Uint8Array(bytes);
}

function number(text: string): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : MOST;
  return value < MOST ? value : undefined;
}
