/** The runtime's options as TOML: CRI's `options` table, and the file that docker's `ConfigPath` names. Keys are those of CRI for runc. */

import { parse, TomlError } from 'smol-toml';
import { RuntimeError } from '../errors.ts';
import type { Grouping, Ignored, ShimOptions } from './options.ts';

type Name = keyof ShimOptions;

const GROUPINGS: readonly string[] = ['container', 'pod', 'namespace'] satisfies Grouping[];

/** Names are matched without regard to capitals, as Go's readers of TOML do. */
const NAMES: ReadonlyMap<string, Name> = new Map(
  (
    [
      'root',
      'systemdCgroup',
      'noPivotRoot',
      'noNewKeyring',
      'ioUid',
      'ioGid',
      'shimCgroup',
      'criuImagePath',
      'criuWorkPath',
      'grouping',
    ] satisfies Name[]
  ).map((name) => [name.toLowerCase(), name]),
);

const SWITCHES: readonly Name[] = ['systemdCgroup', 'noPivotRoot', 'noNewKeyring'];
const NUMBERS: readonly Name[] = ['ioUid', 'ioGid'];

/**
 * @param where the file, or what else to call it in messages
 * @returns what is set
 * @throws RuntimeError InvalidArgument
 */
export function parseOptions(text: string, where: string, ignored: Ignored): Partial<ShimOptions> {
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parseToml(text, where))) {
    const name = NAMES.get(key.toLowerCase());
    if (name === undefined) ignored(`${key} in ${where}`);
    else options[name] = checked(name, key, value, where);
  }
  return options;
}

function parseToml(text: string, where: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0];
    throw invalid(`line ${error.line}, column ${error.column}: ${reason}`, where, error);
  }
}

function checked(name: Name, key: string, value: unknown, where: string): unknown {
  const wanted = expectation(name, value);
  if (wanted === undefined) return value;
  throw invalid(`${key} must be ${wanted}, not ${JSON.stringify(value)}`, where);
}

/** What the value should have been; undefined when it is right. */
function expectation(name: Name, value: unknown): string | undefined {
  if (SWITCHES.includes(name)) return typeof value === 'boolean' ? undefined : 'true or false';
  if (NUMBERS.includes(name)) return isId(value) ? undefined : 'a number from 0 to 4294967295';
  if (typeof value !== 'string') return 'a string';
  if (name !== 'grouping' || value === '' || GROUPINGS.includes(value)) return undefined;
  return '"container", "pod" or "namespace"';
}

function isId(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}

function invalid(problem: string, where: string, cause?: unknown): RuntimeError {
  const message = `the runtime's options (${where}) are wrong: ${problem}`;
  return new RuntimeError('InvalidArgument', message, { stage: 'options' }, cause);
}
