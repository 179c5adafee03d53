import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Closes a run with one plain line, `N passed, N failed, N skipped`, and names every skip with its reason. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0);
    const count = (state: string) => cases.filter((one) => one.result().state === state).length;
    const skipped = cases.filter((one) => one.result().state === 'skipped');
    const lines = skipped.map((one) => `skipped: ${one.fullName}: ${reason(one)}`);
    const failed = count('failed') + broken.length + errors.length;
    lines.push(`${count('passed')} passed, ${failed} failed, ${skipped.length} skipped`);
    console.log(lines.join('\n'));
  }
}

function reason(one: TestCase): string {
  const result = one.result();
  return (result.state === 'skipped' && result.note) || 'no reason given: call context.skip(reason)';
}
