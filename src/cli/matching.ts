/** `--regex` of `kill` and `delete` (crun's): the containers whose names a pattern finds. */

import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Context } from '../runtime/context.ts';
import { describe } from './failure.ts';

/** Classes of POSIX that JavaScript does not have, as far as names of containers go. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  xdigit: 'A-Fa-f0-9',
  punct: '_+.\\-',
  space: '\\s',
};

/**
 * Does something with each of them. One that fails is a warning, and the others still have their turn, as in crun.
 *
 * @param pattern an extended regular expression that may be found anywhere in the name
 * @throws RuntimeError InvalidArgument for what is no pattern
 * @returns the exit code
 */
export async function forEachMatch(
  context: Context,
  pattern: string,
  action: (id: string) => Promise<void>,
): Promise<number> {
  const expression = compile(pattern);
  for (const id of names(context.root).filter((name) => expression.test(name))) {
    try {
      await action(id);
    } catch (error) {
      context.log.warn(`${id}: ${describe(error).message}`);
    }
  }
  return 0;
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(
      pattern.replace(/\[:([a-z]+):\]/g, (whole, name: string) => CLASSES[name] ?? whole),
      'u',
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RuntimeError('InvalidArgument', `invalid regular expression ${JSON.stringify(pattern)}`, {
      hint: error.message,
    });
  }
}

/** The folders of the state root; `.cache` and the like are no containers. */
function names(root: string): string[] {
  try {
    const entries = native
      .readDirectory(root)
      .filter(({ name, kind }) => kind === 'directory' && !name.startsWith('.'));
    return entries.map(({ name }) => name).sort();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
