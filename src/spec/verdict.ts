/** What a validation comes to. */

import type { Findings, Issue } from './issues.ts';

/** `value` is there when `issues` is empty. */
export interface Verdict<T> {
  readonly value?: T;
  readonly issues: readonly Issue[];
  /** Things to log and go on. */
  readonly warnings: readonly Issue[];
}

export function verdict<T>(value: T, form: Findings, meaning: Findings): Verdict<T> {
  const issues = [...form.issues, ...meaning.issues];
  const warnings = meaning.warnings;
  return issues.length === 0 ? { value, issues, warnings } : { issues, warnings };
}
