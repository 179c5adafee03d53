/** What a command's module gets and gives. */

import { native } from '../host/native.ts';
import type { Context } from '../runtime/context.ts';
import type { Command, Values } from './option.ts';
import type { CommandName, commands } from './table.ts';

type OptionsOf<Name extends CommandName> = (typeof commands)[Name] extends Command
  ? (typeof commands)[Name]['options']
  : never;

export interface Invocation<Name extends CommandName> {
  readonly values: Values<OptionsOf<Name>>;
  /** As many as the table allows. */
  readonly args: readonly string[];
  readonly context: Context;
  /** `--root` was given. */
  readonly ownRoot: boolean;
}

export interface CommandModule<Name extends CommandName> {
  /** @returns the exit code. */
  run(invocation: Invocation<Name>): Promise<number> | number;
}

const STDOUT = 1;

/** Writes to standard output. */
export function print(text: string): void {
  native.write(STDOUT, text);
}
