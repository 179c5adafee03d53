/**
 * Runs containers under real containerds, through containerd's own shim and through hoist's: `npm run conformance:containerd`.
 * Exit code 1 when a case fails.
 */
import { dirname } from 'node:path';
import { SetupError } from '../cache.ts';
import { installMissing } from '../debian.ts';
import { peer, unpackCriu } from '../peers.ts';
import { sums, table } from '../report.ts';
import { cases } from './cases/index.ts';
import { Column } from './column.ts';
import { type Options, readOptions } from './options.ts';
import { shims } from './rig/shims.ts';
import { containerds, dockerRegistry } from './rig/versions.ts';

function chooseCases({ only }: Options): typeof cases {
  const chosen = Object.entries(cases).filter(
    ([name]) => only.length === 0 || only.some((text) => name.includes(text)),
  );
  if (chosen.length === 0) throw new SetupError(`no case is called so; there are:\n${Object.keys(cases).join('\n')}`);
  return Object.fromEntries(chosen);
}

async function inParallel(tasks: readonly (() => Promise<void>)[], jobs: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = tasks[next++]; task; task = tasks[next++]) await task();
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function slowest(columns: readonly Column[]): string {
  const all = columns.flatMap((column) => [...column.durations].map(([name, took]) => ({ name, took, column })));
  const top = all.sort((a, b) => b.took - a.took).slice(0, 5);
  return top.map(({ name, took, column }) => `${column.name}, ${name}: ${(took / 1000).toFixed(1)} s`).join('\n  ');
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (process.getuid?.() !== 0) throw new SetupError('this needs root: it makes containers');
  installMissing({ runc: 'runc', 'busybox-static': 'busybox', iproute2: 'ip', iptables: 'iptables-restore' });
  const chosen = chooseCases(options);
  const programs = [
    dirname(unpackCriu()),
    dockerRegistry(),
    ...(options.shim.includes('crun') ? [dirname(peer('crun'))] : []),
  ];
  const columns = containerds(options.containerd).flatMap((containerd) =>
    options.shim.flatMap((name) => {
      const shim = shims[name];
      return shim ? [new Column(containerd, shim, programs)] : [];
    }),
  );
  const begin = Date.now();
  await inParallel(
    columns.map((column) => () => column.run(chosen)),
    options.jobs,
  );
  console.log(`${table(Object.keys(chosen), columns, options.full)}\n`);
  console.log(`${((Date.now() - begin) / 1000).toFixed(0)} s; the slowest:\n  ${slowest(columns)}\n`);
  for (const column of columns) console.log(sums(column));
  const results = columns.flatMap((column) => [...column.verdicts.values()].map(({ result }) => result));
  const count = (wanted: string) => results.filter((result) => result === wanted).length;
  console.log(`${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`);
  return count('fail') > 0 || results.length === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
