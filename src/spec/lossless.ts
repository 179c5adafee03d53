// A JSON parser that keeps every integer as it is written. JSON.parse is faster and runs first (parse.ts); this one
// reads the rare text with an integer of 16 or more digits, and says where and why a text is not JSON, in the same
// words on every JavaScript engine. It uses no recursion: deep nesting cannot exhaust the stack.

/** Go's decoder has the same bound. */
export const MAX_DEPTH = 10_000;

/** The text is not JSON, or cannot be kept without loss. The message ends with the position. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** Both count from 1; the column in UTF-16 units. */
  readonly line: number;
  readonly column: number;

  constructor(reason: string, text: string, offset: number) {
    const before = text.slice(0, offset).split('\n');
    const line = before.length;
    const column = (before.at(-1) ?? '').length + 1;
    super(`${reason} (line ${line}, column ${column})`);
    this.line = line;
    this.column = column;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

interface Frame {
  readonly container: unknown[] | Record<string, unknown>;
  /** The key that waits for its value; unused in arrays. */
  key: string;
}

/** @throws {JsonError} */
export function parseLossless(text: string): unknown {
  const reader = new Reader(text);
  const stack: Frame[] = [];
  for (;;) {
    let value = reader.open(stack) ?? reader.scalar();
    // `value` is whole now: put it where it belongs, and close what ends after it.
    for (;;) {
      if (value === OPENED) break;
      const top = stack.at(-1);
      if (top === undefined) return reader.end(value);
      place(top, value);
      if (reader.next(top)) break;
      stack.pop();
      value = top.container;
    }
  }
}

/** A container was opened and its first value comes next. */
const OPENED = Symbol('opened');

class Reader {
  private readonly text: string;
  private offset = 0;

  constructor(text: string) {
    this.text = text;
    this.skipSpace();
  }

  /** At `[` or `{`: opens it; gives the container when it is empty, OPENED when a value follows. */
  open(stack: Frame[]): unknown {
    const first = this.text[this.offset];
    if (first !== '[' && first !== '{') return undefined;
    if (stack.length >= MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.advance(1);
    const container = first === '[' ? [] : {};
    if (this.text[this.offset] === (first === '[' ? ']' : '}')) {
      this.advance(1);
      return container;
    }
    stack.push({ container, key: first === '[' ? '' : this.key() });
    return OPENED;
  }

  /** After a value of `frame`: true when another follows, false when the container ends here. */
  next(frame: Frame): boolean {
    const isArray = Array.isArray(frame.container);
    const sign = this.text[this.offset];
    if (sign === ',') {
      this.advance(1);
      if (!isArray) frame.key = this.key();
      return true;
    }
    if (sign !== (isArray ? ']' : '}')) this.fail(`expected a comma or ${isArray ? ']' : '}'}`);
    this.advance(1);
    return false;
  }

  scalar(): unknown {
    if (this.text[this.offset] === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.offset)) continue;
      this.advance(word.length);
      return value;
    }
    return this.number();
  }

  end(value: unknown): unknown {
    if (this.offset < this.text.length) this.fail('unexpected text after the value');
    return value;
  }

  private key(): string {
    if (this.text[this.offset] !== '"') this.fail('expected a name in double quotes');
    const key = this.string();
    if (this.text[this.offset] !== ':') this.fail('expected a colon');
    this.advance(1);
    return key;
  }

  private string(): string {
    let end = this.text.indexOf('"', this.offset + 1);
    while (end > 0 && this.isEscaped(end)) end = this.text.indexOf('"', end + 1);
    if (end < 0) this.fail('unterminated string');
    let value: unknown;
    try {
      value = JSON.parse(this.text.slice(this.offset, end + 1));
    } catch {
      this.fail('malformed string (a bad escape or a control character)');
    }
    this.offset = end + 1;
    this.skipSpace();
    return value as string;
  }

  /** True when an odd number of backslashes stands before `at`. */
  private isEscaped(at: number): boolean {
    let first = at;
    while (this.text[first - 1] === '\\') first--;
    return (at - first) % 2 === 1;
  }

  private number(): number | bigint {
    NUMBER.lastIndex = this.offset;
    const match = NUMBER.exec(this.text);
    if (match === null) this.fail(this.offset < this.text.length ? 'expected a value' : 'unexpected end of the text');
    const [literal, fraction, exponent] = match;
    const value = Number(literal);
    const isInteger = fraction === undefined && exponent === undefined;
    // 0.99999999999999999 would become the integer 1, and 9007199254740993.0 another integer.
    if (!isInteger && Number.isInteger(value)) this.refuseRounded(literal, value);
    this.advance(literal.length);
    return isInteger && !Number.isSafeInteger(value) ? BigInt(literal) : value;
  }

  private refuseRounded(literal: string, value: number): void {
    const short = literal.length <= 15 || /^-?\d{1,15}\.0+$/.test(literal);
    if (!short && Number.isSafeInteger(value)) this.fail(`the number ${literal.slice(0, 40)} cannot be kept exactly`);
  }

  private advance(count: number): void {
    this.offset += count;
    this.skipSpace();
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.offset;
    SPACE.test(this.text);
    this.offset = SPACE.lastIndex;
  }

  private fail(reason: string): never {
    throw new JsonError(reason, this.text, this.offset);
  }
}

function place(frame: Frame, value: unknown): void {
  if (Array.isArray(frame.container)) frame.container.push(value);
  // Assigning to __proto__ would replace the prototype; JSON.parse makes an ordinary member of it too.
  else if (frame.key === '__proto__') {
    Object.defineProperty(frame.container, frame.key, { value, writable: true, enumerable: true, configurable: true });
  } else frame.container[frame.key] = value;
}
