/** What an option, an argument and a command are: the vocabulary of the table in table.ts. */

export interface Option {
  readonly name: string;
  readonly short?: string;
  /**
   * `flag` takes no value (but `--name=false` is allowed), `count` takes a whole number of 0 or more, `texts` may be given again and
   * again (commas do not split).
   */
  readonly kind: 'flag' | 'text' | 'texts' | 'count';
  /** Of a flag: undefined, not false, when it was not given. */
  readonly maybe?: boolean;
  readonly summary: string;
  /** Understood, but not shown in help, manual and completion. */
  readonly hidden?: boolean;
  /** What the help says applies without the option. */
  readonly fallback?: string;
  /** How the help calls the value. */
  readonly value?: string;
  /** What a shell offers for the value. */
  readonly complete?: 'file' | 'folder' | readonly string[];
}

export interface Argument {
  readonly name: string;
  readonly optional?: boolean;
  /** The last one stands for any number of words. */
  readonly rest?: boolean;
  /** What a shell offers. */
  readonly complete?: 'container' | readonly string[];
}

export interface Command {
  readonly summary: string;
  readonly options: readonly Option[];
  readonly arguments: readonly Argument[];
  /** What follows the first argument is not searched for options: a signal, a command of a container. */
  readonly stopsAtArgument?: boolean;
  /** Exit code of a failure that is not one of the command line; 1 by default. */
  readonly failureCode?: number;
}

interface KindValues {
  readonly flag: boolean;
  readonly text: string | undefined;
  readonly texts: readonly string[];
  readonly count: number;
}

type Value<Each extends Option> =
  | KindValues[Each['kind']]
  | (Each extends { readonly maybe: true } ? undefined : never);

/** What the parser makes of a list of options: every name is there; a text that was not given is undefined, `texts` are empty. */
export type Values<Options extends readonly Option[]> = {
  readonly [Each in Options[number] as Each['name']]: Value<Each>;
};
