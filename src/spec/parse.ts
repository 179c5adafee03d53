import { MAX_DEPTH, parseLossless } from './lossless.ts';

export { JsonError } from './lossless.ts';

/** Integers with fewer digits than this are safe. */
const LONG = 16;

/**
 * Parses JSON without losing integers: a safe integer becomes a number, a longer one a bigint. Of members with the
 * same name the last one stays, as in Go.
 *
 * @throws {JsonError} with the line and the column, when `text` is not JSON or nested deeper than 10,000 levels.
 */
export function parse(text: string): unknown {
  if (hasLongNumber(text) || mayBeTooDeep(text)) return parseLossless(text);
  try {
    return JSON.parse(text);
  } catch {
    return parseLossless(text);
  }
}

/**
 * The same for a reader that refuses what is no safe integer: such numbers come rounded, and `parse` gives them exactly. Looking for
 * them takes longer than all else (0.1 ms of a start), and hardly a configuration has one.
 *
 * @throws {JsonError}
 */
export function parseRounded(text: string): unknown {
  if (mayBeTooDeep(text)) return parseLossless(text);
  try {
    return JSON.parse(text);
  } catch {
    return parseLossless(text);
  }
}

/**
 * True when the text has a run of 16 or more digits, a decimal point among them: a number that a double may not keep
 * (strings can match too, which costs time and nothing else). Such a run covers a multiple of 16, so only those
 * places are looked at; a regular expression takes ten times as long without a JIT compiler.
 */
export function hasLongNumber(text: string): boolean {
  for (let i = LONG - 1; i < text.length; i += LONG) {
    if (!isDigitOrPoint(text.charCodeAt(i))) continue;
    let first = i;
    let last = i;
    while (isDigitOrPoint(text.charCodeAt(first - 1))) first--;
    while (isDigitOrPoint(text.charCodeAt(last + 1))) last++;
    if (last - first + 1 >= LONG) return true;
  }
  return false;
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46;
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
