/**
 * argv → values, by the rules of Go's `flag` package and urfave/cli, which runc uses and scripts rely on:
 * `-name` and `--name` are the same, `--name value` takes the next word whatever it looks like, `--name=value`, the last
 * one given counts, `--` ends the options, a lone `-` is an argument, short options do not combine, commas do not split.
 * General parsers guess where Go does not (numbers, negation, values that begin with a dash), and cost more.
 *
 * Plain loops: every function that runs for the first time, the engine's own for arrays too, costs some microseconds.
 */

import type { Command, Option } from './option.ts';

/** The command line is wrong. The message is runc's; help goes before it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The number of arguments is wrong, not an option. */
  readonly miscounted: boolean;

  constructor(message: string, miscounted = false) {
    super(message);
    this.miscounted = miscounted;
  }
}

export interface Parsed {
  /** By option name; flags and counts are always there. */
  readonly values: Record<string, string | boolean | number | string[] | undefined>;
  readonly args: string[];
}

/**
 * @param stop true: the first argument ends the options (the globals before a command); false: they may follow arguments.
 * @throws UsageError
 */
export function parse(argv: readonly string[], options: readonly Option[], stop: boolean): Parsed {
  const parsed: Parsed = { values: Object.create(null), args: [] };
  for (let index = 0; index < options.length; index++) {
    const option = options[index] as Option;
    parsed.values[option.name] = valueWithout(option);
  }
  let at = 0;
  while (at < argv.length) {
    const word = argv[at++] ?? '';
    if (word === '--') break;
    if (word.length < 2 || word[0] !== '-') {
      parsed.args.push(word);
      if (stop) break;
    } else if (take(parsed, options, word, argv[at])) at++;
  }
  while (at < argv.length) parsed.args.push(argv[at++] ?? '');
  return parsed;
}

/** What an option is worth that was not given. */
function valueWithout({ kind, maybe }: Option): boolean | number | string[] | undefined {
  if (kind === 'flag') return maybe ? undefined : false;
  if (kind === 'count') return 0;
  return kind === 'texts' ? [] : undefined;
}

/** Stores one option; true when it used the next word. */
function take(parsed: Parsed, options: readonly Option[], word: string, next: string | undefined): boolean {
  const text = word.slice(word[1] === '-' ? 2 : 1);
  const equals = text.indexOf('=');
  if (text === '' || text[0] === '-' || equals === 0) throw new UsageError(`bad flag syntax: ${word}`);
  const name = equals < 0 ? text : text.slice(0, equals);
  const given = equals < 0 ? undefined : text.slice(equals + 1);
  let option: Option | undefined;
  for (let index = 0; index < options.length && option === undefined; index++) {
    const each = options[index] as Option;
    if (each.name === name || each.short === name) option = each;
  }
  if (option === undefined) throw new UsageError(`flag provided but not defined: -${name}`);
  if (option.kind === 'flag') {
    parsed.values[option.name] = given === undefined || truth(given, name);
    return false;
  }
  const value = given ?? next;
  if (value === undefined) throw new UsageError(`flag needs an argument: -${name}`);
  if (option.kind === 'texts') (parsed.values[option.name] as string[]).push(value);
  else parsed.values[option.name] = option.kind === 'count' ? count(value, name) : value;
  return given === undefined;
}

function truth(value: string, name: string): boolean {
  const result = goBoolean(value);
  if (result === undefined) {
    throw new UsageError(`invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`);
  }
  return result;
}

/** The words of Go's strconv.ParseBool; undefined for any other. */
export function goBoolean(value: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false;
  return undefined;
}

function count(value: string, name: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError(`invalid value ${JSON.stringify(value)} for flag -${name}: parse error`);
}

/**
 * Checks the number of arguments.
 * @throws UsageError with runc's words
 */
export function checkArguments(name: string, command: Command, args: readonly string[]): void {
  const named = command.arguments.length;
  const most = command.arguments[named - 1]?.rest ? Number.POSITIVE_INFINITY : named;
  const given = args.length;
  let least = 0;
  while (least < named && !command.arguments[least]?.optional) least++;
  if (given >= least && given <= most) return;
  const amount = least === most ? 'exactly' : given < least ? 'a minimum of' : 'a maximum of';
  const limit = given < least ? least : most;
  throw new UsageError(`hoist: "${name}" requires ${amount} ${limit} argument(s)`, true);
}
