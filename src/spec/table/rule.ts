// The shape of the validator's table. `ObjectRule<T>` follows the type T member by member, so the compiler refuses a
// table that forgets a member of the types, invents one, or gives one the wrong kind.
import type { Int } from '../types.ts';

export interface StringRule {
  readonly kind: 'string';
}

export interface BooleanRule {
  readonly kind: 'boolean';
}

/** Inclusive bounds. A bigint `max` marks a 64-bit member, which may hold a bigint. */
export interface IntRule {
  readonly kind: 'int';
  readonly min: Int;
  readonly max: Int;
}

export interface EnumRule<T extends string> {
  readonly kind: 'enum';
  readonly words: readonly T[];
  /** How runc calls it in its error. */
  readonly what?: string;
}

/** `most` bounds the number of entries: beyond it there is one issue and the entries are not looked at. */
export interface ListRule<E> {
  readonly kind: 'list';
  readonly of: RuleOf<E>;
  readonly most: number;
}

/** An object with free keys. */
export interface MapRule<V> {
  readonly kind: 'map';
  readonly of: RuleOf<V>;
  readonly most: number;
}

type RequiredKey<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];

export interface ObjectRule<T> {
  readonly kind: 'object';
  readonly fields: { readonly [K in keyof T]-?: RuleOf<NonNullable<T[K]>> };
  /** Each required member, with what to say when it is missing. */
  readonly required: { readonly [K in RequiredKey<T>]: string };
}

/** The rule that fits the type T. */
export type RuleOf<T> = [T] extends [boolean]
  ? BooleanRule
  : [T] extends [Int]
    ? IntRule
    : [T] extends [string]
      ? string extends T
        ? StringRule
        : EnumRule<T>
      : [T] extends [readonly (infer E)[]]
        ? ListRule<E>
        : string extends keyof T
          ? T extends Record<string, infer V>
            ? MapRule<V>
            : never
          : ObjectRule<T>;

/** Any rule, as the interpreter sees it. */
export type AnyRule =
  | StringRule
  | BooleanRule
  | IntRule
  | EnumRule<string>
  | { readonly kind: 'list' | 'map'; readonly of: AnyRule; readonly most: number }
  | {
      readonly kind: 'object';
      readonly fields: Readonly<Record<string, AnyRule>>;
      readonly required: Readonly<Record<string, string>>;
    };

export const STRING: StringRule = { kind: 'string' };
export const BOOLEAN: BooleanRule = { kind: 'boolean' };
export const INT32: IntRule = { kind: 'int', min: -0x80000000, max: 0x7fffffff };
export const UINT16: IntRule = { kind: 'int', min: 0, max: 0xffff };
export const UINT32: IntRule = { kind: 'int', min: 0, max: 0xffffffff };
export const INT64: IntRule = { kind: 'int', min: -(2n ** 63n), max: 2n ** 63n - 1n };
export const UINT64: IntRule = { kind: 'int', min: 0, max: 2n ** 64n - 1n };
/** A uid or gid: 4294967295 is the kernel's "no id" and never a user (CVE-2024-40635, CVE-2026-46680). */
export const ID: IntRule = { kind: 'int', min: 0, max: 0xfffffffe };

/** Bound on lists that no engine fills: far above real use, far below what hurts. */
const MANY = 10_000;
/** Bound on args, env and annotations, which clusters do fill with thousands. */
export const VERY_MANY = 100_000;

export const STRINGS: ListRule<string> = { kind: 'list', of: STRING, most: MANY };
export const LONG_STRINGS: ListRule<string> = { kind: 'list', of: STRING, most: VERY_MANY };

export function oneOf<T extends string>(words: readonly T[], what?: string): EnumRule<T> {
  return what === undefined ? { kind: 'enum', words } : { kind: 'enum', words, what };
}

export function int(min: Int, max: Int): IntRule {
  return { kind: 'int', min, max };
}

export function listOf<E>(of: RuleOf<E>, most: number = MANY): ListRule<E> {
  return { kind: 'list', of, most };
}

export function mapOf<V>(of: RuleOf<V>, most: number = MANY): MapRule<V> {
  return { kind: 'map', of, most };
}

/** An object rule, its members checked against T: `object<Root>()({ path: STRING, … }, { path: 'is required' })`. */
export function object<T>(fields: ObjectRule<T>['fields'], required: ObjectRule<T>['required']): ObjectRule<T> {
  return { kind: 'object', fields, required };
}
