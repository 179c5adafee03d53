/**
 * The shim's command line, by the rules of Go's `flag` package: one dash or two, `-x=y` or `-x y`, switches only as `-x` or `-x=true`, the
 * first word that is no flag ends them. Names and help are those of containerd's own shims (pkg/shim/shim.go): containerd calls all of
 * them the same way.
 */

import { RuntimeError } from '../errors.ts';

/** The command line is wrong, or asks for the help: what to say on standard error, and the exit code that Go gives it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode: 0 | 2;

  constructor(problem: string | undefined) {
    super(problem === undefined ? usage() : `${problem}\n${usage()}`);
    this.exitCode = problem === undefined ? 0 : 2;
  }
}

export interface Flags {
  readonly namespace: string;
  readonly id: string;
  /** containerd's gRPC socket. */
  readonly address: string;
  readonly bundle: string;
  readonly debug: boolean;
  readonly info: boolean;
  readonly version: boolean;
  /** `start`, `delete`, `serve`; empty when there is none. */
  readonly verb: string;
  /** What follows the verb. */
  readonly rest: readonly string[];
}

/** Sorted by name, as Go prints them. A switch has no placeholder. */
const FLAGS: Readonly<Record<string, readonly [kind: 'text' | 'switch', help: string]>> = {
  address: ['text', 'grpc address back to main containerd'],
  bundle: ['text', 'path to the bundle if not workdir'],
  debug: ['switch', 'enable debug output in logs'],
  'debug-socket': ['text', 'accepted for containerd, and without effect'],
  id: ['text', 'id of the task'],
  info: ['switch', 'get the option protobuf from stdin, print the shim info protobuf to stdout, and exit'],
  namespace: ['text', 'namespace that owns the shim'],
  'publish-binary': ['text', 'accepted for containerd, and without effect: events go to $TTRPC_ADDRESS'],
  socket: ['text', 'accepted for containerd, and without effect'],
  v: ['switch', 'show the shim version and exit'],
  version: ['switch', 'show the shim version and exit'],
};

/** strconv.ParseBool. */
const TRUTH = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSEHOOD = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** @throws UsageError */
export function parseFlags(argv: readonly string[]): Flags {
  const texts: Record<string, string> = {};
  const switches: Record<string, boolean> = {};
  let at = 0;
  while (at < argv.length) {
    const word = argv[at] ?? '';
    if (word.length < 2 || word[0] !== '-') break;
    at++;
    if (word === '--') break;
    const { name, given } = splitFlag(word);
    if (FLAGS[name]?.[0] === 'switch') {
      switches[name] = given === undefined || truth(given, name);
      continue;
    }
    const value = given ?? argv[at++];
    if (value === undefined) throw new UsageError(`flag needs an argument: -${name}`);
    texts[name] = value;
  }
  const { namespace = '', id = '', address = '', bundle = '' } = texts;
  const { debug = false, info = false, v = false, version = v } = switches;
  return { namespace, id, address, bundle, debug, info, version, verb: argv[at] ?? '', rest: argv.slice(at + 1) };
}

/** @throws UsageError for a flag that does not exist */
function splitFlag(word: string): { name: string; given: string | undefined } {
  const text = word.slice(word[1] === '-' ? 2 : 1);
  const equals = text.indexOf('=');
  if (text[0] === '-' || equals === 0) throw new UsageError(`bad flag syntax: ${word}`);
  const name = equals < 0 ? text : text.slice(0, equals);
  if (Object.hasOwn(FLAGS, name)) return { name, given: equals < 0 ? undefined : text.slice(equals + 1) };
  throw new UsageError(name === 'h' || name === 'help' ? undefined : `flag provided but not defined: -${name}`);
}

function truth(text: string, name: string): boolean {
  if (TRUTH.includes(text)) return true;
  if (FALSEHOOD.includes(text)) return false;
  throw new UsageError(`invalid boolean value ${JSON.stringify(text)} for -${name}: parse error`);
}

function usage(): string {
  const lines = Object.entries(FLAGS).map(([name, [kind, help]]) => {
    const head = `  -${name}${kind === 'text' ? ' string' : ''}`;
    return `${head}${head.length <= 4 ? '\t' : '\n    \t'}${help}\n`;
  });
  return `Usage of containerd-shim-hoist-v1:\n${lines.join('')}`;
}

/** @throws RuntimeError InvalidArgument, in the words of containerd's shims where they have any */
export function demandTask({ namespace, id }: Flags): void {
  if (namespace === '')
    throw new RuntimeError('InvalidArgument', 'shim namespace cannot be empty', { hint: 'give -namespace' });
  if (id === '') throw new RuntimeError('InvalidArgument', 'shim id cannot be empty', { hint: 'give -id' });
}
