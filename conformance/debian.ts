/** Debian packages: those installed on the machine, and newer ones unpacked beside it without touching it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, command, inPath, SetupError } from './cache.ts';

const quiet = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };

/**
 * Installs packages whose files are missing.
 * @param wanted package name → a program in PATH, or the absolute path of a file, that shows it is there already.
 * @throws {SetupError} when apt is missing or fails.
 */
export function installMissing(wanted: Readonly<Record<string, string>>): void {
  const missing = Object.entries(wanted)
    .filter(([, proof]) => !(proof.startsWith('/') ? existsSync(proof) : inPath(proof)))
    .map(([name]) => name);
  if (missing.length === 0) return;
  if (!inPath('apt-get')) throw new SetupError(`install these packages first: ${missing.join(', ')}`);
  console.log(`installing ${missing.join(', ')}`);
  const install = ['-q', '-y', '--no-install-recommends', 'install', ...missing];
  try {
    command('apt-get', install, { env: quiet });
  } catch {
    command('apt-get', ['-q', 'update'], { env: quiet });
    command('apt-get', install, { env: quiet });
  }
}

/** The mirror that this machine's own apt uses for Debian, whichever of the two formats its sources have. */
export function mirror(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : []),
  ];
  const debian: string[] = [];
  for (const file of files) {
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const address = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s*)?)\s*(\S+:\/\/\S+\/debian\/?)(?:\s|$)/.exec(line)?.[1];
      if (address) debian.push(address);
    }
  }
  const first = debian[0];
  if (!first) throw new SetupError('no Debian mirror found in the sources of apt');
  return first;
}

/**
 * An apt of its own for a Debian suite: the machine's apt sources, lists and package database stay as they are.
 * @param use gets a function that runs `apt-get`, and the folder that it runs in and that takes what it downloads
 * @throws {SetupError} when the suite cannot be reached
 */
function withApt(
  suite: string,
  folder: string,
  use: (apt: (...args: string[]) => void, archives: string) => void,
): void {
  const own = `${folder}.apt`;
  const archives = join(own, 'archives');
  try {
    for (const name of ['sources', 'lists/partial', 'archives/partial'])
      mkdirSync(join(own, name), { recursive: true });
    writeFileSync(
      join(own, 'sources/suite.sources'),
      `Types: deb deb-src\nURIs: ${mirror()}\nSuites: ${suite}\nComponents: main\n` +
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    );
    const options = [
      ['Dir::Etc::SourceList', '/dev/null'],
      ['Dir::Etc::SourceParts', join(own, 'sources')],
      ['Dir::State::Lists', join(own, 'lists')],
      ['Dir::State::Status', '/dev/null'],
      ['Dir::Cache::Archives', archives],
      ['Dir::Cache::PkgCache', ''],
      ['Dir::Cache::SrcPkgCache', ''],
      ['Acquire::Languages', 'none'],
      ['APT::Sandbox::User', 'root'],
    ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    const apt = (...args: string[]) => {
      command('apt-get', [...options, '-q', ...args], { env: quiet, cwd: archives });
    };
    apt('update');
    use(apt, archives);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/**
 * Unpacks packages of another Debian suite into `folder`, with everything they depend on when `closure` is set.
 * @throws {SetupError} when the suite cannot be reached or lacks a package.
 */
export function unpack(suite: string, packages: readonly string[], folder: string, closure: boolean): void {
  withApt(suite, folder, (apt, archives) => {
    if (closure) apt('-y', '--no-install-recommends', '--download-only', 'install', ...packages);
    else apt('download', ...packages);
    for (const file of readdirSync(archives)) {
      if (file.endsWith('.deb')) command('dpkg', ['-x', join(archives, file), folder]);
    }
  });
}

/**
 * Unpacks the source of a package as its authors published it, without Debian's changes, into `folder`.
 * @throws {SetupError} when the suite cannot be reached or lacks the package.
 */
export function unpackSource(suite: string, name: string, folder: string): void {
  withApt(suite, folder, (apt, archives) => {
    apt('source', '--download-only', name);
    const archive = readdirSync(archives).find((file) => /\.orig\.tar\.\w+$/.test(file));
    if (!archive) throw new SetupError(`Debian ${suite} has no source of ${name}`);
    command('tar', ['-xf', join(archives, archive), '-C', folder, '--strip-components=1']);
  });
}

/**
 * A program of Debian sid in the cache, with the libraries it was linked with: its C library is newer than a stable machine's.
 * @param file where the package has it
 * @returns its path
 * @throws {SetupError}
 */
export function unpackProgram(name: string, file: string): string {
  const folder = cached(name, (into, final) => {
    installMissing({ patchelf: 'patchelf' });
    console.log(`unpacking ${name} of Debian sid`);
    unpack('sid', [name], into, true);
    const triplet = command('gcc', ['-print-multiarch']).trim();
    const libraries = join('usr/lib', triplet);
    const loader = command('sh', ['-c', `ls ${join(into, libraries)}/ld-linux-*.so.* | head -1`]).trim();
    const program = join(into, name);
    copyFileSync(join(into, file), program);
    const interpreter = join(final, libraries, loader.slice(loader.lastIndexOf('/') + 1));
    const path = join(final, libraries);
    command('patchelf', ['--set-interpreter', interpreter, '--force-rpath', '--set-rpath', path, program]);
  });
  return join(folder, name);
}
