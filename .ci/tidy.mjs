// clang-tidy over addon/, only where something has changed: what a file and all that it includes (the system's headers too),
// its command, the checks and clang-tidy itself look like is hashed, and the name of a clean one is kept below
// $XDG_CACHE_HOME/hoist/tidy for thirty days after its last use. Prints the findings and exits with 1 when there are any.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hoist/tidy');
const days = 30;
const buffer = { maxBuffer: 64 * 1024 * 1024 };

const version = execFileSync('clang-tidy', ['--version'], { encoding: 'utf8' });
const hashes = new Map();

function hashOf(file) {
  const known = hashes.get(file);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  hashes.set(file, hash);
  return hash;
}

/** Every .clang-tidy that counts for a file. */
function checks(file) {
  const found = [];
  for (let folder = dirname(file); folder.startsWith(root); folder = dirname(folder)) {
    if (existsSync(join(folder, '.clang-tidy'))) found.push(join(folder, '.clang-tidy'));
  }
  return found;
}

/** The compiler's own word for what a file includes: its command without the output, and with -M. */
async function included({ directory, command }) {
  const words = command.split(' ').filter((word) => word !== '' && word !== '-c');
  const output = words.indexOf('-o');
  if (output >= 0) words.splice(output, 2);
  const [compiler, ...args] = words.map((word) => word.replaceAll('\\"', '"'));
  const { stdout } = await run(compiler, [...args, '-M'], { cwd: directory, ...buffer });
  const names = stdout.slice(stdout.indexOf(':') + 1).replaceAll('\\\n', ' ');
  return names
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => resolve(directory, name));
}

/** @param commands those of one file: programs that share it compile it with definitions of their own */
async function keyOf(file, commands) {
  const all = await Promise.all(commands.map(included));
  const files = [...new Set([...all.flat(), ...checks(file)])].sort();
  const hash = createHash('sha256').update(version);
  for (const { command } of commands) hash.update(command.replaceAll(root, ''));
  for (const file of files) hash.update(file.replace(root, '')).update(hashOf(file));
  return hash.digest('hex');
}

/** @returns what clang-tidy found; empty for a clean file */
async function findings(file, commands) {
  const kept = join(cache, await keyOf(file, commands));
  if (existsSync(kept)) {
    utimesSync(kept, new Date(), new Date());
    return '';
  }
  looked += 1;
  try {
    await run('clang-tidy', ['--quiet', '-p', join(root, 'build'), file], { cwd: root, ...buffer });
  } catch (error) {
    return `${error.stdout}${error.stdout ? '' : error.stderr}` || String(error);
  }
  writeFileSync(kept, '');
  return '';
}

function forgetOld() {
  const oldest = Date.now() - days * 24 * 3600 * 1000;
  for (const name of readdirSync(cache)) if (statSync(join(cache, name)).mtimeMs < oldest) rmSync(join(cache, name));
}

mkdirSync(cache, { recursive: true });
const units = new Map();
for (const entry of JSON.parse(readFileSync(join(root, 'build/compile_commands.json'), 'utf8'))) {
  if (/\.(c|cc)$/.test(entry.file)) units.set(entry.file, [...(units.get(entry.file) ?? []), entry]);
}
let looked = 0;
let bad = 0;
const queue = units.entries();
const worker = async () => {
  for (const [file, commands] of queue) {
    const text = await findings(file, commands);
    if (text === '') continue;
    bad += 1;
    console.log(text.trimEnd());
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, worker));
forgetOld();
console.log(`clang-tidy: ${units.size} files, ${looked} looked at, ${bad} with findings`);
if (bad > 0) process.exitCode = 1;
