/** The help, laid out by yargs from the table when the program is built: neither yargs nor the words weigh on what machines call. */

import yargs, { type Argv, type Options } from 'yargs';
import type { HelpPages } from './help.ts';
import type { Argument, Command, Option } from './option.ts';
import { type CommandName, commands, globals } from './table.ts';
import { about, texts } from './texts.ts';

/** Every page in each of these widths, in columns. */
export async function helpPages(widths: readonly number[]): Promise<HelpPages> {
  const names: readonly (CommandName | undefined)[] = [undefined, ...(Object.keys(commands) as CommandName[])];
  const pages: Record<string, Record<string, string>> = {};
  for (const width of widths) {
    const ofWidth: Record<string, string> = {};
    for (const name of names) ofWidth[name ?? ''] = await helpPage(name, width);
    pages[width] = ofWidth;
  }
  return pages;
}

async function helpPage(name: CommandName | undefined, width: number): Promise<string> {
  const page = yargs([]).scriptName('hoist').help(false).version(false).detectLocale(false).wrap(width);
  return `${await (name === undefined ? programPage(page) : commandPage(page, name)).getHelp()}\n`;
}

function programPage(page: Argv): Argv {
  page.usage(
    `NAME:\nhoist - Open Container Initiative runtime\n\nUsage: hoist [global options] <command> [options] [arguments]\n\n${about.join('\n\n')}`,
  );
  for (const [name, command] of Object.entries<Command>(commands)) page.command(name, command.summary);
  page.command('help', 'show this help, or that of one command');
  return page.options(yargsOptions(globals)).updateStrings({ 'Options:': 'Global options:' });
}

function commandPage(page: Argv, name: CommandName): Argv {
  const command: Command = commands[name];
  const { description, examples = [] } = texts[name];
  page
    .usage(`NAME:\nhoist ${name} - ${command.summary}\n\nUsage: ${usage(name)}\n\n${description.join('\n\n')}`)
    .options(yargsOptions(command.options));
  for (const [line, meaning] of examples) page.example(line, meaning);
  // yargs keeps the word of the program's page for all that come after it.
  return page.updateStrings({ 'Options:': 'Options:' });
}

/** `hoist kill [options] <container-id> [signal]` */
function usage(name: CommandName): string {
  const command: Command = commands[name];
  return ['hoist', name, '[options]', ...command.arguments.map(argumentText)].join(' ');
}

function argumentText({ name, optional, rest }: Argument): string {
  const word = rest ? `${name}...` : name;
  return optional ? `[${word}]` : `<${word}>`;
}

function yargsOptions(options: readonly Option[]): Record<string, Options> {
  const types = { flag: 'boolean', text: 'string', texts: 'string', count: 'number' } as const;
  return Object.fromEntries(
    options.map(({ name, short, kind, summary, hidden = false, fallback }) => {
      const option: Options = { type: types[kind], describe: summary, hidden };
      if (short !== undefined) option.alias = short;
      if (fallback !== undefined) option.defaultDescription = fallback;
      return [name, option];
    }),
  );
}
