/**
 * Runs Kubernetes' CRI suite on containerd with runc and with hoist, plugged in in every way there is: `npm run conformance:cri`.
 * Exit code 1 when a spec that passes with runc does not pass with hoist.
 */
import { SetupError } from '../../cache.ts';
import { containerds } from '../../containerd/rig/versions.ts';
import { installMissing } from '../../debian.ts';
import { bench } from './bench.ts';
import { columns } from './column.ts';
import { differences } from './compare.ts';
import { type Options, readOptions } from './options.ts';
import { failed, listed, sumsTable } from './report.ts';

function section(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\n${title}\n${lines.join('\n')}`);
}

async function suite(options: Options): Promise<number> {
  const all = columns(containerds(options.containerd), options.runtime);
  for (const column of all) {
    await column.run(options);
    console.log(`${column.name}: ${column.with('pass').length} specs passed`);
  }
  console.log(`\n${sumsTable(all)}`);
  const failures = failed(all);
  section('failed:', failures);
  const found = differences(all);
  const owed = found.filter(({ isExcused }) => !isExcused);
  section('passed with runc, and not here:', listed(owed));
  section(
    'passed with runc, and not tried here, for containerd asks only io.containerd.runc.v2 what it can do:',
    listed(found.filter(({ isExcused }) => isExcused)),
  );
  const count = (result: 'pass' | 'fail' | 'skip') =>
    all.reduce(
      (sum, column) =>
        sum + column.with(result).length + [...column.checks.values()].filter((cell) => cell.result === result).length,
      0,
    );
  console.log(`\n${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`);
  return owed.length > 0 || count('fail') > 0 || count('pass') === 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (process.getuid?.() !== 0) throw new SetupError('this needs root: it makes containers');
  installMissing({ iptables: 'iptables', iproute2: 'ip', 'busybox-static': 'busybox' });
  if (!options.bench) return suite(options);
  const [containerd] = containerds(options.containerd);
  return containerd && (await bench(containerd, options.samples)) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
