import type { Option } from '../option.ts';
import { globals } from '../table.ts';
import { type Entry, entries, single, topics, visible } from './words.ts';

/** The script for fish. */
export function fish(): string {
  const none = `not __fish_seen_subcommand_from ${topics.join(' ')}`;
  return [
    '# fish completion for hoist',
    'complete -c hoist -f',
    ...visible(globals).map((option) => fishOption(none, option)),
    ...entries.map(
      ({ name, command }) => `complete -c hoist -n ${single(none)} -a ${name} -d ${single(command.summary)}`,
    ),
    `complete -c hoist -n ${single(none)} -a help -d 'show the help of a command'`,
    `complete -c hoist -n '__fish_seen_subcommand_from help' -a ${single(topics.join(' '))}`,
    ...entries.flatMap(fishCommand),
    '',
  ].join('\n');
}

function fishCommand({ name, command }: Entry): string[] {
  const when = `__fish_seen_subcommand_from ${name}`;
  const words = command.arguments.map(({ complete }) => {
    if (complete === undefined) return '';
    const offer = complete === 'container' ? '(hoist list -q 2>/dev/null)' : complete.join(' ');
    return `complete -c hoist -n ${single(when)} -a ${single(offer)}`;
  });
  return [
    ...visible(command.options).map((option) => fishOption(when, option)),
    ...words.filter((word) => word !== ''),
  ];
}

function fishOption(when: string, { name, short, kind, summary, complete }: Option): string {
  const value = { file: ' -r -F', folder: " -x -a '(__fish_complete_directories)'" }[String(complete)];
  const words = Array.isArray(complete) ? ` -x -a ${single(complete.join(' '))}` : kind === 'flag' ? '' : ' -x';
  const letter = short === undefined ? '' : ` -s ${short}`;
  return `complete -c hoist -n ${single(when)} -l ${name}${letter} -d ${single(summary)}${value ?? words}`;
}
