/** What a validation program's output says, after the Test Anything Protocol and the habits of runtime-tools. */

/** How one program ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Verdict {
  readonly result: 'pass' | 'fail' | 'skip';
  /** Test points counted. */
  readonly points: number;
  /** Why it failed or was skipped, or what it was excused for: one line, else empty. */
  readonly reason: string;
}

/**
 * Programs that print nothing at all when the runtime behaves, which is to refuse a value: create has to fail, with an
 * error that names the value. (A runtime that fails at everything would pass otherwise.)
 */
const silentWhenRefused: Readonly<Record<string, string>> = {
  process_capabilities_fail: 'CAP_TEST',
  process_rlimits_fail: 'RLIMIT_TEST',
};

const point = /^(not )?ok\b(?:\s+\d+)?(?:\s+-)?\s*(.*)$/;
const directive = /#\s*(skip|todo)\b/i;

interface Point {
  readonly failed: boolean;
  readonly text: string;
  /** The diagnostic that follows it. */
  readonly detail: string;
}

/** The test points of an output, each with the lines up to the next one. */
function readPoints(stdout: string): Point[] {
  const points: { failed: boolean; text: string; detail: string }[] = [];
  for (const line of stdout.split('\n')) {
    const match = point.exec(line);
    const last = points.at(-1);
    if (match) points.push({ failed: match[1] !== undefined, text: match[2] ?? '', detail: '' });
    else if (last) last.detail += `${line}\n`;
  }
  return points;
}

/** The message in a diagnostic: the `error` key of its YAML block, else a line of the kind `# expect: 1, actual: 2`. */
function messageIn(text: string): string {
  const json = /"error": ("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return json ? String(JSON.parse(json)) : (/^# (expect: .*)$/m.exec(text)?.[1] ?? '');
}

/** The most telling line of what the program and the runtime wrote to stderr. */
function messageInStderr(stderr: string): string {
  const empty = /^(|failed to \w+ the container|exit status \d+)$/;
  const line = stderr.split('\n').find((one) => !empty.test(one)) ?? '';
  return /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line;
}

/**
 * runtimetest wants every capability of the configuration in the process. The specification lets the runtime warn about
 * one that cannot be granted, and nobody can grant what the caller itself does not have.
 */
function impossible(one: Point, bounding: ReadonlySet<string>): boolean {
  const capability = /^expected \w+ capability (CAP_\w+) set$/.exec(one.text)?.[1];
  return capability !== undefined && !bounding.has(capability);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * Judges the program `name` by its exit code, its plans and its test points.
 * @param bounding the capabilities that the machine can grant: those in the caller's bounding set.
 */
export function judge(name: string, outcome: Outcome, bounding: ReadonlySet<string>): Verdict {
  const { exitCode, stdout, stderr } = outcome;
  const points = readPoints(stdout);
  const verdict = (result: Verdict['result'], ...reasons: string[]): Verdict => ({
    result,
    points: points.length,
    reason: oneLine(reasons.filter((reason) => reason !== '').join(': ')),
  });

  if (exitCode === 124) return verdict('fail', 'timed out');
  const notOk = points.filter((one) => one.failed && !directive.test(one.text));
  const failed = notOk.find((one) => !impossible(one, bounding));
  if (failed) return verdict('fail', failed.text, messageIn(failed.detail) || messageInStderr(stderr));
  if (exitCode !== 0) return verdict('fail', messageInStderr(stderr) || `exit code ${exitCode}`);

  const plans = [...stdout.matchAll(/^1\.\.(\d+)/gm)].map((plan) => Number(plan[1]));
  const refused = silentWhenRefused[name];
  if (plans.length === 0) {
    if (refused === undefined) return verdict('fail', 'printed no plan');
    if (stderr.includes(refused)) return verdict('pass');
    return verdict('fail', `create failed, but not because of ${refused}`, messageInStderr(stderr));
  }
  const planned = plans.reduce((sum, count) => sum + count, 0);
  if (planned !== points.length) return verdict('fail', `planned ${planned} test points, printed ${points.length}`);
  const complaint = points.length === 0 ? messageIn(stdout).split('\n')[0] : '';
  if (complaint) return verdict('fail', complaint, messageInStderr(stderr));
  if (points.length > 0 && points.every((one) => /#\s*skip\b/i.test(one.text))) {
    return verdict('skip', points[0]?.text ?? '');
  }
  return verdict(
    'pass',
    notOk.length > 0 ? `${notOk.length} points excused (this machine cannot grant the capability)` : '',
  );
}
