/** What all three completion scripts are written from: the table, without what is hidden. */

import type { Command, Option } from '../option.ts';
import { commands } from '../table.ts';

export interface Entry {
  readonly name: string;
  readonly command: Command;
}

export const entries: readonly Entry[] = Object.entries<Command>(commands).map(([name, command]) => ({
  name,
  command,
}));

/** What may stand in a command's place. */
export const topics = [...entries.map(({ name }) => name), 'help'];

export function visible(options: readonly Option[]): Option[] {
  return options.filter(({ hidden }) => !hidden);
}

export function spellings({ name, short }: Option): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** In single quotes, as all three shells read them. */
export function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
