import { MAX_DEPTH, parseLossless } from './lossless.ts';

export { JsonError } from './lossless.ts';

/**
 * A number that a double may not keep: 16 or more digits in a row (a decimal point among them). Strings can match
 * too, which costs time and nothing else.
 */
const LONG_NUMBER = /(?:^|[\s:,[-])[\d.]{16}/;

/**
 * Parses JSON without losing integers: a safe integer becomes a number, a longer one a bigint. Of members with the
 * same name the last one stays, as in Go.
 *
 * @throws {JsonError} with the line and the column, when `text` is not JSON or nested deeper than 10,000 levels.
 */
export function parse(text: string): unknown {
  if (LONG_NUMBER.test(text) || mayBeTooDeep(text)) return parseLossless(text);
  try {
    return JSON.parse(text);
  } catch {
    return parseLossless(text);
  }
}

/** True when the text has more opening brackets than may be nested; texts too short for that are not searched. */
function mayBeTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false;
  let count = 0;
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++count > MAX_DEPTH) return true;
    }
  }
  return false;
}
