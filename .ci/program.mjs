// Builds the two programs: bun .ci/program.mjs
//
//   dist/bin/hoist.bin        what `hoist` becomes: laid out so that it starts as fast as the kernel can (layout.mjs)
//   dist/bin/hoist-shim.bin   what the shim becomes: it starts once and stays, so what counts is the memory of many; in small pages the
//                             kernel maps what is used, and not two megabytes around it
import { execFileSync } from 'node:child_process';

const folder = 'build/program';
const [bun] = process.argv;
const SHIM_PIECE = 64 * 1024;

function git(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

const settings = ['dotenv', 'bunfig', 'tsconfig', 'package-json'].map((each) => `--no-compile-autoload-${each}`);
const form = ['--compile', '--bytecode', '--format=esm', '--minify', '--splitting'];
const definitions = ['HOIST_PROGRAM=true', `HOIST_COMMIT='${git('describe', '--always', '--dirty')}'`];
const defined = definitions.flatMap((each) => ['--define', each]);

function run(...argv) {
  execFileSync(bun, argv, { stdio: 'inherit' });
}

run('.ci/pieces.mjs', folder);
for (const [main, program, ...layout] of [
  ['cli', 'hoist.bin'],
  ['shim', 'hoist-shim.bin', String(SHIM_PIECE)],
]) {
  const output = `dist/bin/${program}`;
  run('build', `${folder}/src/${main}/main.ts`, ...form, ...settings, ...defined, '--outfile', output);
  run('.ci/layout.mjs', output, 'dist/bin/hoist.node', ...layout);
}
