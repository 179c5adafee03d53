/**
 * Runs containers under real containerds, through containerd's own shim and through hoist's: `npm run conformance:containerd`.
 * Exit code 1 when a case fails.
 */
import { dirname } from 'node:path';
import { SetupError } from '../cache.ts';
import { choose, inParallel, printSums, printTable } from '../column.ts';
import { installMissing } from '../debian.ts';
import { peer, unpackCriu } from '../peers.ts';
import { cases } from './cases/index.ts';
import { ContainerdColumn } from './column.ts';
import { readOptions } from './options.ts';
import { shims } from './rig/shims.ts';
import { containerds, dockerRegistry } from './rig/versions.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (process.getuid?.() !== 0) throw new SetupError('this needs root: it makes containers');
  installMissing({ runc: 'runc', 'busybox-static': 'busybox', iproute2: 'ip', iptables: 'iptables-restore' });
  const chosen = choose(cases, options.only);
  const programs = [
    dirname(unpackCriu()),
    dockerRegistry(),
    ...(options.shim.includes('crun') ? [dirname(peer('crun'))] : []),
  ];
  const columns = containerds(options.containerd).flatMap((containerd) =>
    options.shim.flatMap((name) => {
      const shim = shims[name];
      return shim ? [new ContainerdColumn(containerd, shim, programs)] : [];
    }),
  );
  const begin = Date.now();
  await inParallel(
    columns.map((column) => () => column.run(chosen)),
    options.jobs,
  );
  printTable(columns, options.full);
  return printSums(columns, begin) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
