/** The help, laid out by yargs from the table. Only people get here, so this may cost what yargs costs. */

import type { Argv, Options } from 'yargs';
import { native } from '../host/native.ts';
import type { Argument, Command, Option } from './option.ts';
import { type CommandName, commands, globals } from './table.ts';
import { about, texts } from './texts.ts';

const STDOUT = 1;
const WIDEST = 120;

/** @param command undefined for the help of the whole program */
export async function helpText(command: CommandName | undefined): Promise<string> {
  const width = columns();
  hideStandardStreams(width);
  const { default: yargs } = await import('yargs');
  const page = yargs([]).scriptName('hoist').help(false).version(false).detectLocale(false).wrap(width);
  const text = await (command === undefined ? programPage(page) : commandPage(page, command)).getHelp();
  return `${text}\n`;
}

function programPage(page: Argv): Argv {
  page.usage(`Usage: hoist [global options] <command> [options] [arguments]\n\n${about.join('\n\n')}`);
  for (const [name, command] of Object.entries<Command>(commands)) page.command(name, command.summary);
  page.command('help', 'show this help, or that of one command');
  return page.options(yargsOptions(globals)).updateStrings({ 'Options:': 'Global options:' });
}

function commandPage(page: Argv, name: CommandName): Argv {
  const command: Command = commands[name];
  const { description, examples = [] } = texts[name];
  page.usage(`Usage: ${usage(name)}\n\n${description.join('\n\n')}`).options(yargsOptions(command.options));
  for (const [line, meaning] of examples) page.example(line, meaning);
  return page;
}

/** `hoist kill [options] <container-id> [signal]` */
function usage(name: CommandName): string {
  const command: Command = commands[name];
  return ['hoist', name, '[options]', ...command.arguments.map(argumentText)].join(' ');
}

function argumentText({ name, optional }: Argument): string {
  return optional ? `[${name}]` : `<${name}>`;
}

function yargsOptions(options: readonly Option[]): Record<string, Options> {
  const types = { flag: 'boolean', text: 'string', count: 'number' } as const;
  return Object.fromEntries(
    options.map(({ name, short, kind, summary, hidden = false, fallback }) => {
      const option: Options = { type: types[kind], describe: summary, hidden };
      if (short !== undefined) option.alias = short;
      if (fallback !== undefined) option.defaultDescription = fallback;
      return [name, option];
    }),
  );
}

function columns(): number {
  if (!native.isTerminal(STDOUT)) return 100;
  return Math.min(native.windowSize(STDOUT).columns || 80, WIDEST);
}

/**
 * yargs looks at both while it loads, and in Bun the first touch of one makes a pipe non-blocking for everyone who holds it,
 * the caller too. Setting them is no touch there (defining them would be); in Node it has no effect.
 */
function hideStandardStreams(width: number): void {
  Reflect.set(process, 'stdout', { columns: width });
  Reflect.set(process, 'stderr', {});
}
