/**
 * Values in GVariant's text format, as annotations write them: numbers, strings, booleans, arrays and tuples, with a type in front
 * where it is not the natural one (`uint64 5`, `@as []`). No dictionaries and variants: no property of a scope has any.
 * Source: GLib, "GVariant Text Format"; runc takes the same through godbus.
 */

import { RuntimeError } from '../../errors.ts';
import type { BusValue } from '../../host/native.ts';

export type Variant = readonly [signature: string, value: BusValue];

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

/** Bits of the integer types; negative for those with a sign. */
const BITS: Readonly<Record<string, number>> = { y: 8, n: -16, q: 16, i: -32, u: 32, x: -64, t: 64 };

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
type Node =
  | { readonly kind: 'number' | 'string'; readonly text: string; readonly type: string | undefined }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly type: string | undefined }
  | { readonly kind: 'array' | 'tuple'; readonly items: readonly Node[]; readonly type: string | undefined };

/**
 * @returns a D-Bus variant
 * @throws RuntimeError InvalidArgument with what is wrong, and where
 */
export function parseVariant(text: string): Variant {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.end();
  const type = node.type ?? natural(node);
  return [type, convert(node, type)];
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
    return invalid(`${words} at character ${this.#at + 1}`);
  }
}

/** The type of what has none in front. */
function natural(node: Node): string {
  if (node.type !== undefined) return node.type;
  if (node.kind === 'array' || node.kind === 'tuple') return naturalList(node.kind, node.items);
  if (node.kind === 'number') return /^[^x]*[.eE]/.test(node.text) ? 'd' : 'i';
  if (node.kind === 'string') return 's';
  return 'b';
}

function naturalList(kind: 'array' | 'tuple', items: readonly Node[]): string {
  if (kind === 'tuple') return `(${items.map(natural).join('')})`;
  // One item that says its type decides for all.
  const typed = items.find((item) => item.type !== undefined) ?? items[0];
  if (typed === undefined) throw invalid('can\'t infer type for "[]": write @as [] or the like');
  return `a${natural(typed)}`;
}

function convert(node: Node, type: string): BusValue {
  if (node.type !== undefined && node.type !== type) throw mismatch(node.type, type);
  switch (node.kind) {
    case 'number':
      return number(node.text, type);
    case 'string':
      if (type !== 's' && type !== 'o' && type !== 'g') throw mismatch('s', type);
      return node.text;
    case 'boolean':
      if (type !== 'b') throw mismatch('b', type);
      return node.value;
    case 'array':
      return array(node.items, type);
    default:
      return tuple(node.items, type);
  }
}

function array(items: readonly Node[], type: string): BusValue {
  if (!type.startsWith('a') || firstType(type).length !== type.length) throw mismatch('an array', type);
  const values = items.map((item) => convert(item, type.slice(1)));
  return type === 'ay' ? new Uint8Array(values as number[]) : values;
}

function tuple(items: readonly Node[], type: string): BusValue {
  if (!type.startsWith('(')) throw mismatch('a tuple', type);
  let rest = type.slice(1, -1);
  const values = items.map((item) => {
    const one = firstType(rest);
    rest = rest.slice(one.length);
    return convert(item, one);
  });
  if (rest !== '' || items.length === 0) throw mismatch(`a tuple of ${items.length}`, type);
  return values;
}

function number(text: string, type: string): BusValue {
  if (type === 'd') return Number(text);
  const bits = BITS[type];
  if (bits === undefined) throw mismatch('a number', type);
  const digits = /^([+-]?)(0x[0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (digits === null) throw invalid(`can't parse ${JSON.stringify(text)} as type "${type}"`);
  const plain = digits[2] ?? '0';
  const magnitude = BigInt(/^0\d/.test(plain) ? `0o${plain}` : plain);
  const value = digits[1] === '-' ? -magnitude : magnitude;
  const fits = bits < 0 ? BigInt.asIntN(-bits, value) : BigInt.asUintN(bits, value);
  if (fits !== value) throw invalid(`${text} is out of the range of type "${type}"`);
  return Math.abs(bits) === 64 ? value : Number(value);
}

/** The first complete type of a signature; '' when there is none. */
function firstType(signature: string): string {
  let open = 0;
  for (let at = 0; at < signature.length; at++) {
    const letter = signature[at];
    if (letter === '(') open++;
    if (letter === ')') open--;
    if (open < 0) return '';
    if (open === 0 && letter !== 'a') return signature.slice(0, at + 1);
  }
  return '';
}

const mismatch = (found: string, type: string) => invalid(`can't parse ${JSON.stringify(found)} as type "${type}"`);

function invalid(words: string): RuntimeError {
  return new RuntimeError('InvalidArgument', words);
}
