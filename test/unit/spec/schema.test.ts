// The validator's table against the specification's own JSON schema, in both directions. The compiler ties the table
// to the types, so this ties the types to the schema.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STATUSES } from '../../../src/spec/enums.ts';
import { parse } from '../../../src/spec/parse.ts';
import type { AnyRule } from '../../../src/spec/table/rule.ts';
import { SPEC } from '../../../src/spec/table/spec.ts';
import type { Int } from '../../../src/spec/types.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
  readonly patternProperties?: Record<string, Schema>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly minimum?: Int;
  readonly maximum?: Int;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const files = new Map<string, Schema>();

function load(file: string): Schema {
  const known = files.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../../fixtures/schema/${file}`, import.meta.url), 'utf8');
  const schema = parse(text) as Schema;
  files.set(file, schema);
  return schema;
}

/** Follows references and joins allOf and single anyOf; `file` is where the schema stands. */
function resolve(schema: Schema, file: string): { schema: Schema; file: string } {
  if (schema.$ref !== undefined) {
    const [name, pointer] = schema.$ref.split('#') as [string, string];
    const target = name === '' ? file : name;
    let found: unknown = load(target);
    for (const step of pointer.split('/').filter((part) => part !== ''))
      found = (found as Record<string, unknown>)[step];
    return resolve(found as Schema, target);
  }
  const parts = schema.allOf ?? schema.anyOf;
  if (parts === undefined) return { schema, file };
  // The parts of one list stand in one file.
  const origin = resolve(parts[0] as Schema, file).file;
  const resolved = parts.map((part) => resolve(part, file).schema);
  const properties = Object.assign({}, ...resolved.map((part) => part.properties ?? {})) as Record<string, Schema>;
  return {
    schema: { type: 'object', properties, required: resolved.flatMap((part) => part.required ?? []) },
    file: origin,
  };
}

const foreign = new Set(['solaris', 'windows', 'vm', 'zos', 'freebsd', 'process.commandLine', 'process.user.username']);

/** Every difference, as one line each. */
function compare(given: Schema, givenFile: string, rule: AnyRule, path: string): string[] {
  const { schema, file } = resolve(given, givenFile);
  const below = (part: Schema, of: AnyRule, step: string): string[] => compare(part, file, of, path + step);
  switch (rule.kind) {
    case 'string':
      return schema.type === 'string' && schema.enum === undefined ? [] : [`${path}: not ${schema.type}`];
    case 'boolean':
      return schema.type === 'boolean' ? [] : [`${path}: not ${schema.type}`];
    case 'enum':
      return compareWords(schema, rule.words, path);
    case 'int':
      if (schema.type !== 'integer') return [`${path}: not ${schema.type}`];
      return schema.minimum === rule.min && schema.maximum === rule.max
        ? []
        : [`${path}: ${rule.min}..${rule.max}, schema ${schema.minimum}..${schema.maximum}`];
    case 'list':
      return schema.items === undefined ? [`${path}: no array`] : below(schema.items, rule.of, '[]');
    case 'map': {
      const value = schema.additionalProperties ?? Object.values(schema.patternProperties ?? {})[0];
      return value === undefined ? [`${path}: no map`] : below(value, rule.of, '{}');
    }
    case 'object':
      return compareObject(schema, rule, path, below);
  }
}

function compareWords(schema: Schema, words: readonly string[], path: string): string[] {
  if (schema.enum === undefined) return [`${path}: schema has no list of words`];
  const missing = schema.enum.filter((word) => !words.includes(word)).map((word) => `${path}: lacks ${word}`);
  return [...missing, ...words.filter((word) => !schema.enum?.includes(word)).map((word) => `${path}: adds ${word}`)];
}

function compareObject(
  schema: Schema,
  rule: AnyRule & { readonly kind: 'object' },
  path: string,
  below: (part: Schema, of: AnyRule, step: string) => string[],
): string[] {
  const properties = schema.properties ?? {};
  const named = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const lines: string[] = [];
  for (const key of Object.keys(properties)) {
    if (!(key in rule.fields) && !foreign.has(named(key))) lines.push(`${named(key)}: unknown to the table`);
  }
  for (const [key, field] of Object.entries(rule.fields)) {
    const property = properties[key];
    if (property === undefined) lines.push(`${named(key)}: unknown to the schema`);
    else lines.push(...below(property, field, path === '' ? key : `.${key}`));
  }
  const required = schema.required ?? [];
  for (const key of required) if (!(key in rule.required)) lines.push(`${named(key)}: required by the schema only`);
  for (const key of Object.keys(rule.required)) {
    if (!required.includes(key)) lines.push(`${named(key)}: required by the table only`);
  }
  return lines;
}

/** Where the table differs on purpose, and why. */
const deliberate: readonly (readonly [RegExp, string])[] = [
  [/^(root|process\.args): required by the table only$/, 'runc demands them, the specification needs them to start'],
  [/^linux\.(memoryPolicy\.mode|personality\.domain): required by the table only$/, "Go's structs always write them"],
  [/^linux\.resources\.pids\.limit: required by the schema only$/, 'absent means no limit in the text of 1.3'],
  [/\.(uid|gid|additionalGids\[\]|containerID|hostID): 0\.\.4294967294, /, '4294967295 is no id (CVE-2026-46680)'],
  [/Mappings\[\]\.size: 1\.\.4294967295, /, 'the kernel refuses an empty range'],
  [/^process\.consoleSize\.(height|width): 0\.\.65535, /, 'the kernel keeps 16 bits'],
  [/^process\.ioPriority\.priority: 0\.\.7, /, 'ioprio_set(2)'],
  [/^process\.oomScoreAdj: -1000\.\.1000, /, 'proc(5)'],
  [/^process\.rlimits\[\]\.type: schema has no list/, 'the schema has a pattern, the kernel a list'],
  [/^hooks\.\w+\[\]\.timeout: 1\.\.2147483647, /, 'the schema has no upper bound'],
  [/^linux\.devices\[\]\.(major: 0\.\.4095|minor: 0\.\.1048575), /, 'other numbers would make another device'],
  [/^linux\.devices\[\]\.fileMode: 0\.\.4294967295, /, "engines leave the host node's type bits in it"],
  [/^linux\.(resources\.)?devices\[\]\.type: schema has no list/, 'the schema has a pattern or nothing'],
  [/^linux\.resources\.devices\[\]\.(major|minor): -1\.\.4294967295, /, '-1 is the wildcard'],
  [/^linux\.resources\.blockIO\.\w+\[\]\.(major|minor): 0\.\.4294967295, /, 'device numbers are not negative'],
  [/^linux\.rootfsPropagation: adds r(private|shared|slave|unbindable)$/, 'runc and engines use the recursive forms'],
  [/^linux\.seccomp\.syscalls\[\]\.args\[\]\.index: 0\.\.5, /, 'a system call has six arguments'],
  [/^linux\.timeOffsets\.\w+\.nanosecs: 0\.\.999999999, /, 'time_namespaces(7)'],
];

describe('the table and the schema of the specification', () => {
  it('know the same members, words and ranges, but for the deliberate differences', () => {
    const lines = compare(load('config-schema.json'), 'config-schema.json', SPEC as unknown as AnyRule, '');
    expect(lines.filter((line) => !deliberate.some(([what]) => what.test(line)))).toEqual([]);
    const unused = deliberate.filter(([what]) => !lines.some((line) => what.test(line)));
    expect(unused).toEqual([]);
  });

  it('would see a difference', () => {
    const schema: Schema = {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'integer', minimum: 0, maximum: 9 } },
      required: ['a'],
    };
    const rule: AnyRule = {
      kind: 'object',
      fields: { b: { kind: 'int', min: 0, max: 8 }, c: { kind: 'boolean' } },
      required: { b: '' },
    };
    expect(compare(schema, 'defs.json', rule, '')).toEqual([
      'a: unknown to the table',
      'b: 0..8, schema 0..9',
      'c: unknown to the schema',
      'a: required by the schema only',
      'b: required by the table only',
    ]);
  });

  it('the state has the statuses of the schema, and paused', () => {
    const { properties } = load('state-schema.json');
    expect(STATUSES.filter((status) => status !== 'paused')).toEqual(properties?.status?.enum);
  });
});
