/** The reader of GVariant's text format: letters to values without their types. */

import { RuntimeError } from '../../errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'b',
  byte: 'y',
  int16: 'n',
  uint16: 'q',
  int32: 'i',
  uint32: 'u',
  int64: 'x',
  uint64: 't',
  double: 'd',
  string: 's',
  objectpath: 'o',
  signature: 'g',
};

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\n': '',
};
const DEEPEST = 16;

const NUMBER = /[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
const WORD = /[a-z]+\d*/y;
const SIGNATURE = /@([ybnqiuxtdsoga()]+)(?=[\s[('"\d+-]|true|false)/y;
const BLANKS = /\s*/y;

/** What was read, before its type is known. */
export type Node =
  | { readonly kind: 'number' | 'string'; readonly text: string; readonly type: string | undefined }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly type: string | undefined }
  | { readonly kind: 'array' | 'tuple'; readonly items: readonly Node[]; readonly type: string | undefined };

/** @throws RuntimeError InvalidArgument with what is wrong, and where */
export function readVariant(text: string): Node {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  return node;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Node {
    if (depth > DEEPEST) throw this.#wrong('nested too deep');
    const type = this.#type();
    const letter = this.#text[this.#at];
    if (letter === '[') return { kind: 'array', items: this.#items(']', depth), type };
    if (letter === '(') return { kind: 'tuple', items: this.#items(')', depth), type };
    if (letter === '"' || letter === "'") return { kind: 'string', text: this.#string(letter), type };
    const word = this.#match(WORD);
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true', type };
    if (word !== undefined) throw this.#wrong(`unrecognized type ${JSON.stringify(word)}`);
    const number = this.#match(NUMBER);
    if (number === undefined)
      throw this.#wrong(letter === undefined ? 'unexpected end' : `unexpected ${JSON.stringify(letter)}`);
    return { kind: 'number', text: number, type };
  }

  end(): void {
    this.#match(BLANKS);
    if (this.#at < this.#text.length) throw this.#wrong(`unexpected ${JSON.stringify(this.#text[this.#at])}`);
  }

  /** `uint64` or `@as`. */
  #type(): string | undefined {
    this.#match(BLANKS);
    const start = this.#at;
    const signature = this.#match(SIGNATURE);
    let type = signature?.slice(1);
    if (type === undefined) {
      const word = this.#match(WORD) ?? '';
      type = TYPES[word];
      if (type === undefined) this.#at = start;
    }
    this.#match(BLANKS);
    return type;
  }

  #items(close: string, depth: number): Node[] {
    const items: Node[] = [];
    this.#at++;
    for (;;) {
      this.#match(BLANKS);
      if (this.#text[this.#at] === close) break;
      if (items.length > 0 && !this.#skip(',')) throw this.#wrong(`"," or "${close}" expected`);
      // A tuple of one is `(x,)`.
      this.#match(BLANKS);
      if (close === ')' && items.length === 1 && this.#text[this.#at] === close) break;
      items.push(this.value(depth + 1));
    }
    this.#at++;
    return items;
  }

  #string(quote: string): string {
    let result = '';
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      const letter = this.#text[this.#at];
      if (letter === undefined) throw this.#wrong('unterminated string');
      result += letter === '\\' ? this.#escape() : letter;
    }
    this.#at++;
    return result;
  }

  /** Leaves us at its last letter. */
  #escape(): string {
    const letter = this.#text[++this.#at];
    if (letter === undefined) throw this.#wrong('unterminated string');
    if (letter !== 'u' && letter !== 'U') return ESCAPES[letter] ?? letter;
    const length = letter === 'u' ? 4 : 8;
    const digits = this.#text.slice(this.#at + 1, this.#at + 1 + length);
    const point = /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : Number.NaN;
    if (!(point > 0 && point <= 0x10ffff)) throw this.#wrong('bad unicode escape');
    this.#at += length;
    return String.fromCodePoint(point);
  }

  #skip(letter: string): boolean {
    if (this.#text[this.#at] !== letter) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #wrong(words: string): RuntimeError {
    return new RuntimeError('InvalidArgument', `${words} at character ${this.#at + 1}`);
  }
}
