/**
 * Runs what people do with engines, with hoist and with the runtime that each engine comes with: `npm run conformance:engines`.
 * Exit code 1 when a case fails with hoist that passes with the stock runtime, or with both without being listed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '../cache.ts';
import { inParallel, printSums, printTable } from '../column.ts';
import { installMissing } from '../debian.ts';
import { ctr } from './cases/ctr.ts';
import { common } from './cases/index.ts';
import { EngineColumn } from './column.ts';
import { notes, surprises } from './listed.ts';
import { containerd } from './rig/containerd.ts';
import { debian } from './rig/debian.ts';
import { docker20, docker28 } from './rig/docker.ts';
import type { Engine } from './rig/engine.ts';
import { imageFolder } from './rig/images.ts';
import { podman4, podman4rootless, podman5, podman5rootless } from './rig/podman.ts';
import type { Case } from './rig/scene.ts';

const engines: readonly Engine[] = [docker28, docker20, podman5, podman4, podman5rootless, podman4rootless, containerd];

/** Of an engine: containerd has some of its own, for its client is another. */
function casesOf({ name, isFor = () => true }: Engine, only: readonly string[]): Record<string, Case> {
  const all = Object.entries(name === 'containerd' ? ctr : common);
  return Object.fromEntries(
    all.filter(([test]) => isFor(test) && (only.length === 0 || only.some((text) => test.includes(text)))),
  );
}

const usage = `usage: npm run conformance:engines -- [options]

  --engine A,B    only these: ${engines.map(({ name }) => name).join(', ')}, cri
  --runtime A,B   only columns of these: runc, crun, hoist, hoist shim
  --only TEXT     only cases with this in their names (repeatable)
  --jobs N        columns at once (default 2)
  --progress      a line for each case as it ends
  --full          do not shorten the reasons in the table`;

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: '' },
      runtime: { type: 'string', default: '' },
      only: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string', default: '2' },
      progress: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new SetupError(usage);
  const list = (text: string) => text.split(',').filter((name) => name !== '');
  const unknown = list(values.engine).find((name) => name !== 'cri' && !engines.some((engine) => engine.name === name));
  if (unknown) throw new SetupError(`there is no engine ${unknown}\n\n${usage}`);
  return { ...values, engine: list(values.engine), runtime: list(values.runtime), jobs: Number(values.jobs) };
}

/** Kubernetes' suite has a command and tables of its own (`npm run conformance:cri`). @returns what is wrong */
function runCri(): string[] {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'cri/main.ts')], { stdio: 'inherit' });
  return status === 0 ? [] : ['the CRI suite has failed: see above'];
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (process.getuid?.() !== 0) throw new SetupError('this needs root: it makes containers');
  installMissing({ runc: 'runc', 'busybox-static': 'busybox', iproute2: 'ip' });
  const begin = Date.now();
  const wanted = engines.filter(({ name }) => options.engine.length === 0 || options.engine.includes(name));
  // Before anything is run: once, and what cannot be had is told at once.
  for (const suite of new Set(wanted.map((engine) => engine.suite))) debian(suite);
  imageFolder();
  const columns = wanted.flatMap((engine) =>
    engine.runtimes
      .filter((runtime) => options.runtime.length === 0 || options.runtime.includes(runtime))
      .map((runtime) => new EngineColumn(engine, runtime)),
  );
  for (const column of columns)
    if (options.progress)
      column.onVerdict = (test, { result, reason }, took) =>
        console.log(`${column.name}: ${test}: ${result} (${took} ms) ${reason}`);
  await inParallel(
    columns.map((column) => () => column.run(casesOf(column.of, options.only))),
    options.jobs,
  );
  const isWhole = options.engine.length + options.runtime.length + options.only.length === 0;
  const wrong = isWhole || options.engine.includes('cri') ? runCri() : [];
  for (const { name } of wanted) {
    const ours = columns.filter(({ engine, verdicts }) => engine === name && verdicts.size > 0);
    if (ours.length === 0) continue;
    printTable(ours, options.full);
    for (const note of notes(ours)) console.log(note);
    wrong.push(...surprises(ours));
  }
  for (const line of wrong) console.log(`\n${line}`);
  printSums(columns, begin);
  return wrong.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
