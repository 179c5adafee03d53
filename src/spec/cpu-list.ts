/** The list cannot be read; the message says why, without the list. */
export class ListError extends Error {
  override readonly name = 'ListError';
}

/**
 * Reads a list of CPUs or memory nodes as runc does: `0-3,7`, spaces around entries and empty entries allowed.
 *
 * @param limit numbers must be below it.
 * @returns inclusive ranges in the order of the text; none for an empty text.
 * @throws {ListError}
 */
export function parseCpuList(text: string, limit: number): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (const entry of text.split(',')) {
    const range = entry.trim();
    if (range === '') continue;
    const dash = range.indexOf('-');
    const first = parseNumber(dash < 0 ? range : range.slice(0, dash), limit);
    const last = dash < 0 ? first : parseNumber(range.slice(dash + 1), limit);
    if (first > last) throw new ListError(`the range ${first}-${last} is empty`);
    ranges.push([first, last]);
  }
  if (ranges.length === 0 && text !== '') throw new ListError('the list has no members');
  return ranges;
}

function parseNumber(text: string, limit: number): number {
  if (!/^\d{1,9}$/.test(text)) throw new ListError(`${JSON.stringify(text.slice(0, 40))} is not a number`);
  const value = Number(text);
  if (value >= limit) throw new ListError(`numbers above ${limit - 1} are not supported`);
  return value;
}
