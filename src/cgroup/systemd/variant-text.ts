/**
 * Values in GVariant's text format, as annotations write them: numbers, strings, booleans, arrays and tuples, with a type in front
 * where it is not the natural one (`uint64 5`, `@as []`). No dictionaries and variants: no property of a scope has any.
 * Source: GLib, "GVariant Text Format"; runc takes the same through godbus.
 */

import { RuntimeError } from '../../errors.ts';
import type { BusValue } from '../../host/native.ts';
import { type Node, readVariant } from './variant-reader.ts';

export type Variant = readonly [signature: string, value: BusValue];

/** Bits of the integer types; negative for those with a sign. */
const BITS: Readonly<Record<string, number>> = { y: 8, n: -16, q: 16, i: -32, u: 32, x: -64, t: 64 };

/**
 * @returns a D-Bus variant
 * @throws RuntimeError InvalidArgument with what is wrong, and where
 */
export function parseVariant(text: string): Variant {
  const node = readVariant(text);
  const type = node.type ?? natural(node);
  return [type, convert(node, type)];
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
