import type { Option } from '../option.ts';
import { globals } from '../table.ts';
import { entries, spellings, topics, visible } from './words.ts';

/** The script for bash; `=` is a word of its own there (COMP_WORDBREAKS). */
export function bash(): string {
  return `# bash completion for hoist                                   -*- shell-script -*-
_hoist() {
  local current previous option command= root=() position=0 i
  current=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case $command,\${COMP_WORDS[i]} in
      ${valued()})
        option=\${COMP_WORDS[i++]}
        [[ \${COMP_WORDS[i]} == = ]] && ((i++))
        [[ $option == --root ]] && root=(--root "\${COMP_WORDS[i]}") ;;
      *,-*) ;;
      ,*) command=\${COMP_WORDS[i]} ;;
      *) ((position++)) ;;
    esac
  done
  case $command,$previous in
${bashValues()}
  esac
  if [[ $current == -* ]]; then
    case $command in
${bashOptions()}
    esac
    return
  fi
  case $command,$position in
    ,0) COMPREPLY=($(compgen -W '${topics.join(' ')}' -- "$current")) ;;
    help,0) COMPREPLY=($(compgen -W '${topics.join(' ')}' -- "$current")) ;;
${bashArguments()}
  esac
}
complete -F _hoist hoist
`;
}

interface Place {
  /** Empty before the command. */
  readonly name: string;
  readonly options: readonly Option[];
}

const places: readonly Place[] = [
  { name: '', options: globals },
  ...entries.map(({ name, command }) => ({ name, options: command.options })),
];

/** What takes a value, as patterns of `command,option`. */
function valued(): string {
  return places
    .flatMap(({ name, options }) => options.filter(({ kind }) => kind !== 'flag').map((each) => pattern(name, each)))
    .join('|');
}

function pattern(command: string, option: Option): string {
  return spellings(option)
    .map((word) => `${command},${word}`)
    .join('|');
}

function bashValues(): string {
  return places
    .flatMap(({ name, options }) =>
      visible(options)
        .filter(({ kind }) => kind !== 'flag')
        .map((option) => `    ${pattern(name, option)}) ${bashValue(option)}; return ;;`),
    )
    .join('\n');
}

function bashValue({ complete }: Option): string {
  if (complete === 'file') return 'COMPREPLY=($(compgen -f -- "$current"))';
  if (complete === 'folder') return 'COMPREPLY=($(compgen -d -- "$current"))';
  return complete === undefined ? ':' : `COMPREPLY=($(compgen -W '${complete.join(' ')}' -- "$current"))`;
}

function bashOptions(): string {
  return places
    .map(({ name, options }) => {
      const words = visible(options).flatMap(spellings).join(' ');
      return `      ${name || "''"}) COMPREPLY=($(compgen -W '${words}' -- "$current")) ;;`;
    })
    .join('\n');
}

function bashArguments(): string {
  return entries
    .flatMap(({ name, command }) => command.arguments.map(({ complete }, position) => ({ name, position, complete })))
    .filter(({ complete }) => complete !== undefined)
    .map(({ name, position, complete }) => `    ${name},${position}) ${bashWords(complete ?? [])} ;;`)
    .join('\n');
}

function bashWords(complete: 'container' | readonly string[]): string {
  if (complete !== 'container') return `COMPREPLY=($(compgen -W '${complete.join(' ')}' -- "$current"))`;
  return `COMPREPLY=($(compgen -W "$(hoist "\${root[@]}" list -q 2>/dev/null)" -- "$current"))`;
}
