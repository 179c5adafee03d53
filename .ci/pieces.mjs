// Lays the sources of the program out for the bundler: a frequent command becomes one piece, with a copy of all that it needs beyond
// what every command has. The bundler alone would cut a piece for every set of commands that share a module, and each takes 25 µs to
// load (docs/performance.md).
//
//     bun .ci/pieces.mjs FOLDER     writes FOLDER/src, whose cli/main.ts is then bundled with --splitting
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const { Bun } = globalThis;
const FREQUENT = ['create', 'delete', 'exec', 'run', 'start', 'update'];

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

// Every command has these.
const always = closure(join(source, 'cli/main.ts'));
rmSync(target, { recursive: true, force: true });
cpSync(source, target, { recursive: true });
const folder = join(source, 'cli/commands');
for (const name of FREQUENT) {
  const { outputs, success, logs } = await Bun.build({
    entrypoints: [join(folder, `${name}.ts`)],
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
            return elsewhere ? { path: relative(folder, file), external: true } : undefined;
          });
        },
      },
    ],
  });
  const [piece] = outputs;
  if (!success || piece === undefined) throw new Error(`${name}: ${logs.join('\n')}`);
  writeFileSync(join(target, `cli/commands/${name}.js`), await piece.text());
  writeFileSync(join(target, `cli/commands/${name}.ts`), `export { run } from './${name}.js';\n`);
}
