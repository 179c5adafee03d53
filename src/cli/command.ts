/** What a command's module gets and gives. */

import { RuntimeError } from '../errors.ts';
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

/**
 * The container that the first argument names.
 * @throws RuntimeError when it is empty, as of an unset variable in a script
 */
export function containerId(args: readonly string[]): string {
  const [id = ''] = args;
  if (id !== '') return id;
  throw new RuntimeError('InvalidArgument', 'container id cannot be empty');
}
