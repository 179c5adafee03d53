/** The list of tests that hoist cannot pass. It may only shrink. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './cache.ts';
import type { Cell } from './report.ts';

interface ExpectedFailure {
  /** One sentence: why no runtime, or not this one, can pass it. */
  readonly reason: string;
  /** The program races with the container it watches: now and then it passes, and that is no news. */
  readonly mayPass?: boolean;
}

export type ExpectedFailures = Readonly<Record<string, ExpectedFailure>>;

/** @throws {SetupError} for an entry without a reason or with a name that is no test. */
export function readExpectedFailures(names: readonly string[]): ExpectedFailures {
  const file = join(import.meta.dirname, 'expected-failures.json');
  const list = JSON.parse(readFileSync(file, 'utf8')) as ExpectedFailures;
  for (const [name, entry] of Object.entries(list)) {
    if (!names.includes(name)) throw new SetupError(`${file}: there is no test ${name}`);
    if (!entry.reason) throw new SetupError(`${file}: ${name} has no reason`);
  }
  return list;
}

/** What is wrong with a result in the light of the list: an unlisted failure, or an entry that has to go. */
export function surprise(test: string, verdict: Cell | undefined, list: ExpectedFailures): string | undefined {
  const entry = list[test];
  if (!verdict) return undefined;
  if (verdict.result === 'fail') return entry ? undefined : `${test} fails: ${verdict.reason}`;
  if (!entry || entry.mayPass) return undefined;
  return `${test} passes: remove it from conformance/expected-failures.json`;
}
