/**
 * The program: argv → one library call → output and exit code.
 *
 * Machines call this thousands of times, so what every call pays for stays small: no `node:` modules, one command's
 * module, and the help only for people. Order of errors, words and exit codes are runc's.
 */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { dispatch } from './dispatch.ts';
import { reportFailure } from './exit.ts';
import { type Globals, type LogOutput, openLog, standardLog } from './globals.ts';
import type { Command } from './option.ts';
import { checkArguments, parse, UsageError } from './parse.ts';
import { type CommandName, commands, globals as globalOptions, isCommand } from './table.ts';

/** urfave/cli's exit code for `No help topic for …`, which runc passes on. */
const NO_SUCH_COMMAND = 3;
const FAILURE = 1;
const STDOUT = 1;

/** What a failure needs to know of how far the command line was understood. */
interface Progress {
  output?: LogOutput;
  command?: CommandName;
}

function main(argv: readonly string[], progress: Progress): Promise<number> | number {
  const { values, args } = parse(argv, globalOptions, true);
  const globals = values as Globals;
  const word = args[0];
  if (globals.version) return printVersion();
  if (globals.help || word === undefined) return printHelp(undefined);
  const output = openLog(globals);
  progress.output = output;
  if (word === 'help' || word === 'h') return help(args[1], output);
  if (!isCommand(word)) return noSuchCommand(word, output);
  progress.command = word;
  return execute(word, args.slice(1), globals, output);
}

function execute(name: CommandName, argv: string[], globals: Globals, output: LogOutput) {
  const entry = commands[name];
  const parsed = parse(argv, entry.options, 'stopsAtArgument' in entry);
  if (parsed.values.help) return printHelp(name);
  checkArguments(name, entry, parsed.args);
  return dispatch(name, parsed, globals, output);
}

async function fail(error: unknown, { output = standardLog(), command }: Progress): Promise<number> {
  const misused = error instanceof UsageError;
  if (misused) await explainUsage(error, command, output);
  reportFailure(error, output);
  const entry: Command | undefined = command && commands[command];
  return misused ? FAILURE : (entry?.failureCode ?? FAILURE);
}

/** The help belongs to the answer, but its absence must not hide what was wrong. */
async function explainUsage(error: UsageError, command: CommandName | undefined, output: LogOutput): Promise<void> {
  try {
    await printHelp(command, complaint(error, command));
  } catch (missing) {
    if (!(missing instanceof RuntimeError)) throw missing;
    reportFailure(missing, output);
  }
}

/** What runc prints above the help after a wrong command line. */
function complaint(error: UsageError, command: CommandName | undefined): string {
  if (error.miscounted) return 'Incorrect Usage.\n\n';
  return `Incorrect Usage${command === undefined ? '.' : ':'} ${error.message}\n\n`;
}

function help(topic: string | undefined, output: LogOutput): Promise<number> | number {
  if (topic === undefined || isCommand(topic)) return printHelp(topic);
  return noSuchCommand(topic, output);
}

function noSuchCommand(word: string, output: LogOutput): number {
  const hint = 'hoist help lists the commands';
  reportFailure(new RuntimeError('InvalidArgument', `No help topic for '${word}'`, { hint }), output);
  return NO_SUCH_COMMAND;
}

async function printHelp(command: CommandName | undefined, before = ''): Promise<number> {
  const { helpText } = await import('./help.ts');
  native.write(STDOUT, before + helpText(command));
  return 0;
}

async function printVersion(): Promise<number> {
  const { versionText } = await import('./about.ts');
  native.write(STDOUT, versionText(native.seccompInfo().version));
  return 0;
}

/** Nothing waits that need not: the engine takes 40 microseconds to get to the first thing that does. */
function begin(argv: readonly string[]): void {
  const progress: Progress = {};
  const failed = (error: unknown) => {
    // Standard output may have gone away while the help was printed.
    fail(error, progress).then(native.exit, () => native.exit(1));
  };
  try {
    const code = main(argv, progress);
    if (typeof code === 'number') native.exit(code);
    else code.then(native.exit, failed);
  } catch (error) {
    failed(error);
  }
}

begin(process.argv.slice(2));
