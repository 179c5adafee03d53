/**
 * Runs OCI runtime-tools' validation programs on hoist and on the runtimes it is compared with: `npm run conformance`.
 * Exit code 1 when hoist fails a test that is not on the list of those it cannot pass, or passes one that is.
 */
import { join } from 'node:path';
import { cacheFolder, SetupError } from './cache.ts';
import { installMissing } from './debian.ts';
import { readExpectedFailures, surprise } from './expected.ts';
import { type Programs, validationPrograms } from './go.ts';
import { type Options, readOptions } from './options.ts';
import { peer, runtimeVersion } from './peers.ts';
import { type Column, sums, table } from './report.ts';
import { leftovers, runTest, stopAll } from './sandbox.ts';
import type { Verdict } from './tap.ts';

const ours = 'hoist';

/**
 * Programs whose own race decides. `poststart` compares which of two shells writes first, the container's or the hook's;
 * `killsig` sends a signal when the container is running, and hopes that its shell has set the trap by then. They run
 * alone, after all others, and may try again.
 */
const racing = ['killsig', 'poststart'];
const attempts = 5;

interface Runtime {
  readonly name: string;
  readonly path: string;
}

function chooseRuntimes(options: Options): Runtime[] {
  const names = [...new Set([ours, 'runc', 'crun', ...Object.keys(options.paths)])];
  return names
    .filter((name) => !options.without.includes(name))
    .map((name) => {
      const given = options.paths[name];
      if (given !== undefined) return { name, path: given };
      if (name === 'runc' || name === 'crun') return { name, path: peer(name) };
      return { name, path: join(import.meta.dirname, '../dist/bin', ours) };
    });
}

function chooseTests(wanted: readonly string[], programs: Programs): readonly string[] {
  const unknown = wanted.find((name) => !programs.names.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`there is no test ${unknown}; there are ${programs.names.join(', ')}`);
  return wanted.length > 0 ? programs.names.filter((name) => wanted.includes(name)) : programs.names;
}

/** Works through `tasks`, `jobs` at a time. When one fails, those under way end before this throws. */
async function inParallel(tasks: readonly (() => Promise<void>)[], jobs: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task; task = tasks[next++]) await task();
  };
  const results = await Promise.allSettled(Array.from({ length: jobs }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function runAll(
  programs: Programs,
  tests: readonly string[],
  runtimes: readonly Runtime[],
  jobs: number,
): Promise<Column[]> {
  const logs = join(cacheFolder, 'logs');
  const columns = runtimes.map(({ name, path }) => ({
    name,
    path,
    version: runtimeVersion(name, path),
    verdicts: new Map<string, Verdict>(),
  }));
  console.log(columns.map((column) => `${column.name} ${column.version} (${column.path})`).join('\n'));
  const task = (test: string, column: (typeof columns)[number]) => async (): Promise<void> => {
    column.verdicts.set(test, await runTest(programs, test, column.name, column.path, logs));
  };
  const pairs = (chosen: readonly string[]) => chosen.flatMap((test) => columns.map((column) => ({ test, column })));
  const alone = tests.filter((test) => racing.includes(test));
  const together = tests.filter((test) => !racing.includes(test));
  await inParallel(
    pairs(together).map(({ test, column }) => task(test, column)),
    jobs,
  );
  for (const { test, column } of pairs(alone)) {
    for (let tries = 0; tries < attempts && column.verdicts.get(test)?.result !== 'pass'; tries++)
      await task(test, column)();
  }
  console.log(`what the programs printed is in ${logs}\n`);
  return columns;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (process.getuid?.() !== 0)
    throw new SetupError('the validation programs need root: they make cgroups and devices');
  installMissing({ 'util-linux': 'unshare', iproute2: 'ip', tar: 'tar' });
  const programs = validationPrograms();
  const tests = chooseTests(options.tests, programs);
  const list = readExpectedFailures(programs.names);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopAll);
  const columns = await runAll(programs, tests, chooseRuntimes(options), options.jobs);
  console.log(`${table(tests, columns, options.full)}\n`);

  const problems = leftovers().map((group) => `left behind: ${group}`);
  const mine = columns.find((column) => column.name === ours);
  if (mine) {
    problems.push(...tests.flatMap((test) => surprise(test, mine.verdicts.get(test), list) ?? []));
    const listed = tests.filter((test) => mine.verdicts.get(test)?.result === 'fail' && list[test]);
    if (listed.length > 0) console.log('expected of hoist (conformance/expected-failures.json):');
    for (const test of listed) console.log(`  ${test}: ${list[test]?.reason}`);
    console.log('');
  }
  for (const problem of problems) console.log(problem);
  for (const column of columns) if (column !== mine) console.log(sums(column));
  if (mine) console.log(sums(mine));
  return problems.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
