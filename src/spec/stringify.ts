/** Deeper values are cycles or attacks, not configurations. */
const MAX_DEPTH = 500;

/**
 * Writes JSON, bigints as plain integers; the inverse of `parse`. Members that are undefined are left out.
 *
 * @param indent what each level is indented with (`'\t'` is what `runc spec` uses); empty: all in one line.
 * @throws {TypeError} when the value holds a function, a symbol, NaN, an infinity, or is nested too deeply (a cycle).
 */
export function stringify(value: unknown, indent = ''): string {
  return write(value, indent, indent === '' ? '' : '\n', 0);
}

function write(value: unknown, indent: string, lineBreak: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw new TypeError(`nested deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value)
        ? bracket('[', ']', writeEntries(value, indent, lineBreak, depth + 1), indent, lineBreak, depth)
        : bracket('{', '}', writeMembers(value, indent, lineBreak, depth + 1), indent, lineBreak, depth);
    default:
      throw new TypeError(`a ${typeof value} cannot be written as JSON`);
  }
}

function writeEntries(list: readonly unknown[], indent: string, lineBreak: string, depth: number): string[] {
  return list.map((entry) => write(entry, indent, lineBreak, depth));
}

function writeMembers(object: object, indent: string, lineBreak: string, depth: number): string[] {
  const colon = indent === '' ? ':' : ': ';
  return Object.entries(object)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}${colon}${write(member, indent, lineBreak, depth)}`);
}

function bracket(
  open: string,
  close: string,
  parts: readonly string[],
  indent: string,
  lineBreak: string,
  depth: number,
): string {
  if (parts.length === 0) return open + close;
  const inner = lineBreak === '' ? '' : lineBreak + indent.repeat(depth + 1);
  const outer = lineBreak === '' ? '' : lineBreak + indent.repeat(depth);
  return `${open}${inner}${parts.join(`,${inner}`)}${outer}${close}`;
}
