/**
 * Runs the tests that need another machine than this one in guests under software emulation: `npm run test:vm`.
 * The last line is `N passed, N failed, N skipped` of all guests; a machine that cannot have guests is one skip.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../../conformance/cache.ts';
import { boot, type Outcome } from './boot.ts';
import { image } from './image.ts';
import { jobDisk } from './job.ts';
import { type Options, readOptions } from './options.ts';
import { type Profile, profiles } from './profiles.ts';
import { type Qemu, readyQemu, Unavailable } from './qemu.ts';

type Figures = readonly [passed: number, failed: number, skipped: number];

/** What a guest's tests said of themselves last. */
function figures(output: string): Figures | undefined {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  return found && [Number(found[1]), Number(found[2]), Number(found[3])];
}

/** The command of a guest: its tests, unless another one was wished for. */
function commandFor(profile: Profile, options: Options): string {
  const runtime = process.env.RUNTIME ? [`export RUNTIME='${process.env.RUNTIME}'`] : [];
  const tests = `./node node_modules/vitest/vitest.mjs run --config test/vm/guest/vitest.config.ts`;
  const files = options.files.length > 0 ? options.files : profile.tests;
  return [...runtime, options.command ?? [tests, ...files.map((file) => `'${file}'`)].join(' ')].join('\n');
}

/** How often a guest is started: QEMU 7.2 itself ends now and then with a failed assertion about MSI-X, in the first seconds. */
const STARTS = 3;

/** The emulator's end, before a line of ours was run. */
const isEmulators = (outcome: Outcome, output: string): boolean =>
  outcome.code === undefined && output === '' && /^qemu-system-\S+: .*Assertion .* failed\.$/m.test(outcome.console);

async function runGuest(qemu: Qemu, profile: Profile, job: string, folder: string, options: Options): Promise<Figures> {
  const guest = { image: await image(profile.suite), append: profile.append, job };
  const begin = Date.now();
  console.log(`\n${profile.name}: ${profile.description}`);
  let output = '';
  const start = () =>
    boot(
      qemu,
      guest,
      commandFor(profile, options),
      mkdtempSync(join(folder, `${profile.name}-`)),
      options.seconds,
      (text) => {
        output += text;
        process.stdout.write(text);
      },
    );
  let outcome = await start();
  for (let starts = 1; starts < STARTS && isEmulators(outcome, output); starts++) {
    console.log(`${profile.name}: the emulator has failed, and starts again:\n${outcome.console}`);
    outcome = await start();
  }
  console.log(`${profile.name}: ${Math.round((Date.now() - begin) / 1000)} s`);
  if (outcome.code === undefined) {
    const what = outcome.timedOut ? `was not done after ${options.seconds} s` : 'died';
    console.log(`${profile.name}: the guest ${what}; the end of its console:\n${outcome.console}`);
  }
  const [passed, failed, skipped] = figures(output) ?? [outcome.code === 0 ? 1 : 0, 0, 0];
  return [passed, outcome.code === 0 ? failed : Math.max(failed, 1), skipped];
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const qemu = readyQemu();
  const build = join(import.meta.dirname, '../../build');
  mkdirSync(build, { recursive: true });
  const folder = mkdtempSync(join(build, 'vm-'));
  const sum = [0, 0, 0] as [number, number, number];
  try {
    const job = jobDisk(folder);
    for (const profile of profiles.filter(({ name }) => options.guests.includes(name))) {
      const [passed, failed, skipped] = await runGuest(qemu, profile, job, folder, options);
      sum[0] += passed;
      sum[1] += failed;
      sum[2] += skipped;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${sum[0]} passed, ${sum[1]} failed, ${sum[2]} skipped`);
  return sum[1] > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.log(error instanceof Unavailable ? `skipped: test/vm: ${error.message}` : error.message);
  if (error instanceof Unavailable) console.log('0 passed, 0 failed, 1 skipped');
  else process.exitCode = 1;
}
