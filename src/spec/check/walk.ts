// The interpreter of the table: checks the form of a value (types, ranges, words, required members, counts).
import { type Findings, memberPath, quote } from '../issues.ts';
import type { AnyRule } from '../table/rule.ts';
import type { Int } from '../types.ts';

/**
 * Checks `value` against `rule` and leaves issues in `findings`.
 *
 * Members that are null, and enum members that are the empty string, are removed from the value: Go's decoder, which
 * defines what engines may write, reads both as absent. Members the table does not know are ignored.
 *
 * @param at the path of `value`, as a stack of keys and indexes; restored on return.
 */
export function walk(rule: AnyRule, value: unknown, at: (string | number)[], findings: Findings): void {
  switch (rule.kind) {
    case 'string':
      if (typeof value !== 'string') return wrongType('a string', value, at, findings);
      if (value.includes('\0')) findings.issue(pathText(at), 'contains a NUL byte');
      return;
    case 'boolean':
      if (typeof value !== 'boolean') wrongType('true or false', value, at, findings);
      return;
    case 'int':
      return walkInt(rule.min, rule.max, value, at, findings);
    case 'enum':
      if (typeof value !== 'string') return wrongType('a string', value, at, findings);
      if (!rule.words.includes(value)) {
        const text = `${rule.what === undefined ? 'unknown value' : `invalid ${rule.what}`} ${quote(value)}`;
        findings.issue(pathText(at), `${text}, must be one of ${rule.words.join(', ')}`);
      }
      return;
    case 'list':
      return walkList(rule.of, rule.most, value, at, findings);
    case 'map':
      return walkMap(rule.of, rule.most, value, at, findings);
    case 'object':
      return walkObject(rule, value, at, findings);
  }
}

function walkInt(min: Int, max: Int, value: unknown, at: (string | number)[], findings: Findings): void {
  if (typeof value === 'number' ? !Number.isSafeInteger(value) : typeof value !== 'bigint') {
    return wrongType('a whole number', value, at, findings);
  }
  if ((value as Int) < min || (value as Int) > max) {
    findings.issue(pathText(at), `must be from ${min} to ${max}, got ${value}`);
  } else if (typeof value === 'bigint' && typeof max !== 'bigint') {
    findings.issue(pathText(at), 'must be a number, got a bigint');
  }
}

function walkList(of: AnyRule, most: number, value: unknown, at: (string | number)[], findings: Findings): void {
  if (!Array.isArray(value)) return wrongType('an array', value, at, findings);
  if (value.length > most) return tooMany(value.length, most, at, findings);
  const depth = at.length;
  for (let i = 0; i < value.length; i++) {
    at[depth] = i;
    walk(of, value[i], at, findings);
  }
  at.length = depth;
}

function walkMap(of: AnyRule, most: number, value: unknown, at: (string | number)[], findings: Findings): void {
  if (!isObject(value)) return wrongType('an object', value, at, findings);
  const keys = Object.keys(value);
  if (keys.length > most) return tooMany(keys.length, most, at, findings);
  const depth = at.length;
  for (const key of keys) {
    at[depth] = key;
    if (key.includes('\0')) findings.issue(pathText(at), 'the name contains a NUL byte');
    walk(of, value[key], at, findings);
  }
  at.length = depth;
}

function walkObject(
  rule: AnyRule & { readonly kind: 'object' },
  value: unknown,
  at: (string | number)[],
  findings: Findings,
): void {
  if (!isObject(value)) return wrongType('an object', value, at, findings);
  const depth = at.length;
  for (const key in rule.fields) {
    let member = Object.hasOwn(value, key) ? value[key] : undefined;
    const field = rule.fields[key] as AnyRule;
    if (member === null || (member === '' && field.kind === 'enum')) {
      if (Reflect.deleteProperty(value, key)) member = undefined;
    }
    at[depth] = key;
    if (member === undefined && key in rule.required) member = adoptOtherCase(value, key);
    if (member !== undefined) walk(field, member, at, findings);
    else if (key in rule.required) findings.issue(pathText(at), rule.required[key] as string);
  }
  at.length = depth;
}

/**
 * Go's decoder takes a member whose name differs in case only, and there are configurations that count on it (`pagesize`). Done
 * for required members alone: there it costs nothing, and no member that is there is looked at twice.
 */
function adoptOtherCase(value: Record<string, unknown>, key: string): unknown {
  const wanted = key.toLowerCase();
  for (const other in value) {
    if (other.toLowerCase() !== wanted || !Object.hasOwn(value, other) || value[other] === null) continue;
    value[key] = value[other];
    return value[key];
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(wanted: string, value: unknown, at: readonly (string | number)[], findings: Findings): void {
  findings.issue(pathText(at), `must be ${wanted}, got ${describe(value)}`);
}

function tooMany(count: number, most: number, at: readonly (string | number)[], findings: Findings): void {
  findings.issue(pathText(at), `${count} entries, at most ${most} are supported`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' ? 'an object' : String(value);
}

/** `['linux', 'namespaces', 2, 'type']` as `linux.namespaces[2].type`. */
function pathText(at: readonly (string | number)[]): string {
  let text = '';
  for (const step of at) text = typeof step === 'number' ? `${text}[${step}]` : memberPath(text, step);
  return text === '' ? '.' : text;
}
