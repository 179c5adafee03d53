import type { Option } from '../option.ts';
import { globals } from '../table.ts';
import { type Entry, entries, single, spellings, topics, visible } from './words.ts';

/** The script for zsh, to be found in `$fpath` as `_hoist`. */
export function zsh(): string {
  return `#compdef hoist

_hoist_containers() {
  local -a containers
  containers=(\${(f)"$(_call_program containers hoist $root list -q 2>/dev/null)"})
  compadd -a containers
}

_hoist() {
  local state line
  local -a root
  local -A opt_args
  _arguments -C \\
${zshOptions(globals)}
    '1:command:->command' \\
    '*::argument:->argument'
  [[ -n \${opt_args[--root]} ]] && root=(--root \${opt_args[--root]})
  case $state in
    command)
      local -a list=(
${entries.map(({ name, command }) => `        ${single(`${name}:${command.summary}`)}`).join('\n')}
        'help:show the help of a command'
      )
      _describe command list ;;
    argument)
      case $words[1] in
        help) _values command ${topics.join(' ')} ;;
${entries.map(zshCommand).join('\n')}
      esac ;;
  esac
}

_hoist "$@"
`;
}

function zshCommand({ name, command }: Entry): string {
  const positions = command.arguments.map(({ name: label, optional, rest, complete }, index) => {
    const action =
      complete === undefined ? ' ' : complete === 'container' ? '_hoist_containers' : `(${complete.join(' ')})`;
    const place = rest ? '*' : `${index + 1}`;
    return `          '${place}:${optional && !rest ? ':' : ''}${label}:${action}'`;
  });
  const options = zshOptions(command.options).replace(/^ {4}/gm, '          ');
  return `        ${name}) _arguments \\\n${options}\n${positions.join(' \\\n')} ;;`.replace(/ \\\n ;;$/, ' ;;');
}

function zshOptions(options: readonly Option[]): string {
  return visible(options)
    .flatMap((option) => spellings(option).map((word) => `    ${single(zshOption(word, option))} \\`))
    .join('\n');
}

function zshOption(word: string, { kind, summary, value = 'value', complete }: Option): string {
  const text = `${word}${kind === 'flag' ? '' : word.startsWith('--') ? '=' : '+'}[${summary.replace(/[[\]]/g, '\\$&')}]`;
  if (kind === 'flag') return text;
  const action =
    { file: '_files', folder: '_files -/' }[String(complete)] ??
    (Array.isArray(complete) ? `(${complete.join(' ')})` : ' ');
  return `${text}:${value}:${action}`;
}
