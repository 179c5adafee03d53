/** A resources object that came as text: the file of `update --resources`. */

import { RuntimeError } from '../errors.ts';
import { issuesText } from '../spec/issues.ts';
import { JsonError, parse } from '../spec/parse.ts';
import type { Resources } from '../spec/types.ts';
import { validateResources } from '../spec/validate.ts';

/**
 * @param source for messages: the file's path
 * @throws RuntimeError InvalidArgument with every problem and its path in one line
 */
export function parseResources(text: string, source: string): Resources {
  const detail = { stage: 'config', path: source };
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RuntimeError('InvalidArgument', `resources are no valid JSON: ${error.message}`, detail);
  }
  // Warnings come again, in the same words, when the limits are written.
  const verdict = validateResources(value);
  if (verdict.value) return verdict.value;
  throw new RuntimeError('InvalidArgument', issuesText(verdict.issues, 'resources'), detail);
}
