/** Validation of a process alone, which `exec` needs: the rest of the validator is not loaded for it. */

import { checkProcess } from './check/process.ts';
import { walk } from './check/walk.ts';
import { Findings } from './issues.ts';
import { PROCESS } from './table/process.ts';
import type { Process } from './types.ts';
import { type Verdict, verdict } from './verdict.ts';

/**
 * Validates the file of `exec --process`, or the process of a config.json. Changed in place as by `validate`.
 *
 * @param at the path of the process for issues: `process`, or empty for a file that is one
 */
export function validateProcess(value: unknown, at = ''): Verdict<Process> {
  const form = new Findings();
  walk(PROCESS, value, at === '' ? [] : [at], form);
  const meaning = new Findings();
  if (form.issues.length === 0) checkProcess(value as Process, at, meaning);
  return verdict(value as Process, form, meaning);
}
