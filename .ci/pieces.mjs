// Lays the sources of the programs out for the bundler: a frequent command becomes one piece, with a copy of all that it needs beyond
// what every command has. The bundler alone would cut a piece for every set of commands that share a module, and each takes 25 µs to
// load (docs/performance.md).
//
//     bun .ci/pieces.mjs FOLDER     writes FOLDER/src, whose cli/main.ts and shim/main.ts are then bundled with --splitting
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const { Bun } = globalThis;
const commands = ['create', 'delete', 'exec', 'run', 'start', 'update'].map((name) => `cli/commands/${name}`);
/** By the program that has them. The shim's `start` is the daemon too. */
const FREQUENT = { 'cli/main': commands, 'shim/main': ['shim/bootstrap/start', 'shim/bootstrap/delete'] };

const source = join(import.meta.dirname, '../src');
const target = join(process.argv[2], 'src');

// What a module imports when it is loaded.
function importsOf(file) {
  const transpiler = new Bun.Transpiler({ loader: file.endsWith('.js') ? 'js' : 'ts' });
  const found = transpiler.scanImports(readFileSync(file));
  return found.filter(({ kind }) => kind === 'import-statement').map(({ path }) => join(dirname(file), path));
}

// A module and all that is loaded with it.
function closure(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const each of importsOf(file)) closure(each, found);
  return found;
}

rmSync(target, { recursive: true, force: true });
cpSync(source, target, { recursive: true });
for (const [program, pieces] of Object.entries(FREQUENT)) {
  // Every command has these.
  const always = closure(join(source, `${program}.ts`));
  for (const piece of pieces) await bundle(piece, always);
}

/** Puts a module and what it needs beyond `always` into one file, under its name. */
async function bundle(name, always) {
  const entry = join(source, `${name}.ts`);
  const { outputs, success, logs } = await Bun.build({
    entrypoints: [entry],
    target: 'bun',
    format: 'esm',
    minify: true,
    define: { HOIST_PROGRAM: 'true' },
    plugins: [
      {
        name: 'what is there always',
        setup: (build) => {
          build.onResolve({ filter: /^\./ }, ({ path, importer, kind }) => {
            const file = join(dirname(importer), path);
            // What is loaded when it is asked for stays a piece of its own, with copies of its own.
            const elsewhere = kind === 'dynamic-import' || always.has(file);
            return elsewhere ? { path: `./${relative(dirname(entry), file)}`, external: true } : undefined;
          });
        },
      },
    ],
  });
  const [piece] = outputs;
  if (!success || piece === undefined) throw new Error(`${name}: ${logs.join('\n')}`);
  writeFileSync(join(target, `${name}.js`), await piece.text());
  const names = new Bun.Transpiler({ loader: 'ts' }).scan(readFileSync(entry)).exports.join(', ');
  writeFileSync(join(target, `${name}.ts`), `export { ${names} } from './${basename(name)}.js';\n`);
}
