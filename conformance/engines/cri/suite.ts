/** Runs critest on a node, and reads what came of each spec. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { socketPath } from '../../containerd/rig/daemon.ts';
import type { Cell } from '../../report.ts';
import { critest, digestInProgram } from './critest.ts';
import type { Handler } from './handlers.ts';
import { images } from './images.ts';
import type { Node } from './node.ts';

/** Milliseconds for all specs. */
const limit = 600_000;

/** What ginkgo's JSON says of a spec. */
interface SpecReport {
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeType: string;
  readonly LeafNodeText: string;
  readonly State: string;
  readonly Failure?: { readonly Message?: string };
}

export interface SuiteOptions {
  /** A regular expression for names of specs, or an empty text. */
  readonly focus: string;
  /** Specs that run at the same time. */
  readonly nodes: number;
}

/** Our stand-in for the image that is pulled by its digest has another one: the program is told so. */
function writeProgram(target: string): void {
  const program = readFileSync(join(critest(), 'critest.test'));
  const digest = images().digest.replace('sha256:', '');
  for (let at = program.indexOf(digestInProgram); at >= 0; at = program.indexOf(digestInProgram, at + 1))
    program.write(digest, at, 'latin1');
  writeFileSync(target, program);
  chmodSync(target, 0o755);
}

function cell({ State, Failure }: SpecReport): Cell {
  const reason = (Failure?.Message ?? '').replaceAll(/\s+/g, ' ').trim();
  if (State === 'passed') return { result: 'pass', reason: '' };
  if (State === 'skipped' || State === 'pending') return { result: 'skip', reason };
  return { result: 'fail', reason: reason || State };
}

function read(file: string, isFocused: boolean): Map<string, Cell> {
  const suites = JSON.parse(readFileSync(file, 'utf8')) as { SpecReports: SpecReport[] }[];
  const verdicts = new Map<string, Cell>();
  for (const report of suites.flatMap(({ SpecReports }) => SpecReports)) {
    const name = [...(report.ContainerHierarchyTexts ?? []), report.LeafNodeText]
      .join(' ')
      .replace(/^\[k8s\.io\] /, '');
    const verdict = cell(report);
    // A spec that was not asked for is "skipped", too, without a reason.
    if (isFocused && verdict.result === 'skip' && verdict.reason === '') continue;
    if (report.LeafNodeType === 'It') {
      if (!/benchmark/.test(name)) verdicts.set(name, verdict);
    } else if (verdict.result === 'fail') verdicts.set(report.LeafNodeType, verdict);
  }
  return verdicts;
}

/**
 * Runs the suite with pods that ask for `handler`.
 * @returns of each spec what became of it, and all that was printed
 * @throws Error when there is no result at all
 */
export async function runSuite(
  node: Node,
  handler: Handler,
  { focus, nodes }: SuiteOptions,
): Promise<{ verdicts: Map<string, Cell>; log: string }> {
  const { machine } = node;
  writeProgram(machine.path('/run/critest.test'));
  const ginkgo = ['--skip', 'benchmark', '--json-report', 'specs.json', '--output-dir', '/run', '--no-color'];
  const parallel = nodes > 1 ? [`--nodes=${nodes}`] : [];
  const focused = focus ? ['--focus', focus] : [];
  const own = [`-runtime-endpoint=unix://${socketPath}`, `-runtime-handler=${handler.name}`];
  const { code, stdout, stderr } = await machine.run(
    [join(critest(), 'ginkgo'), ...ginkgo, ...parallel, ...focused, '/run/critest.test', '--', ...own],
    { timeout: limit, cwd: '/run', env: { HOME: '/tmp', ...node.env } },
  );
  const log = `${stdout}\n${stderr}`;
  const report = machine.path('/run/specs.json');
  if (!existsSync(report)) throw new Error(`critest ended with ${code} and has no results:\n${log.slice(-3000)}`);
  return { verdicts: read(report, focus !== ''), log };
}
