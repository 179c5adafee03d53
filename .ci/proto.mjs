/**
 * Usage: node .ci/proto.mjs [FOLDER]
 * Generates the code of proto/ into src/proto (or FOLDER): encoders and decoders for protobufjs/minimal, and their types.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const files = { criu: 'proto/criu/rpc.proto' };
// Plain objects in and out: nothing else of the static code is used.
const leftOut = ['create', 'verify', 'convert', 'delimited', 'typeurl', 'service'].map((part) => `--no-${part}`);
const heading = (source) => `// Generated from ${source} by .ci/proto.mjs: npm run generate.\n`;

const folder = process.argv[2] ?? `${root}src/proto`;
mkdirSync(folder, { recursive: true });
for (const [name, source] of Object.entries(files)) {
  const out = `${folder}/${name}.js`;
  const options = ['-t', 'static-module', '-w', 'esm', '-r', name, '--force-number', '-d', '-o', out, ...leftOut];
  execFileSync(`${root}node_modules/.bin/pbjs`, [...options, source], { cwd: root, stdio: 'inherit' });
  // Comments are for the types; JSDoc of 300 functions would triple the file.
  const code = readFileSync(out, 'utf8')
    .replace(/^ *\/\*\*?[\s\S]*?\*\/\n/gm, '')
    .replace(/\n{2,}/g, '\n\n');
  writeFileSync(out, heading(source) + code);
  const types = out.replace(/js$/, 'd.ts');
  const text = readFileSync(types, 'utf8')
    .replace(/^import Long = .*\n/m, '')
    .replace(/^ *\/\*\*?[\s\S]*?\*\/\n/gm, '');
  writeFileSync(types, heading(source) + text.replace(/\n{2,}/g, '\n\n'));
}
