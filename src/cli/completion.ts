/** Completion scripts, written from the table: a shell knows every word without starting the program. */

import { bash } from './completion/bash.ts';
import { fish } from './completion/fish.ts';
import { zsh } from './completion/zsh.ts';

const shells = { bash, zsh, fish };
export type Shell = keyof typeof shells;

export function isShell(name: string): name is Shell {
  return Object.hasOwn(shells, name);
}

/** The script, to be sourced, or installed where the shell looks for it. */
export function completion(shell: Shell): string {
  return shells[shell]();
}
