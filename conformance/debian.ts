/** Debian packages: those installed on the machine, and newer ones unpacked beside it without touching it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, inPath, SetupError } from './cache.ts';

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
 * Unpacks packages of another Debian suite into `folder`, with everything they depend on when `closure` is set. The
 * machine's apt sources, lists and package database stay as they are: this apt has its own.
 * @throws {SetupError} when the suite cannot be reached or lacks a package.
 */
export function unpack(suite: string, packages: readonly string[], folder: string, closure: boolean): void {
  const apt = `${folder}.apt`;
  try {
    for (const name of ['sources', 'lists/partial', 'archives/partial'])
      mkdirSync(join(apt, name), { recursive: true });
    writeFileSync(
      join(apt, 'sources/suite.sources'),
      `Types: deb\nURIs: ${mirror()}\nSuites: ${suite}\nComponents: main\n` +
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    );
    const options = [
      ['Dir::Etc::SourceList', '/dev/null'],
      ['Dir::Etc::SourceParts', join(apt, 'sources')],
      ['Dir::State::Lists', join(apt, 'lists')],
      ['Dir::State::Status', '/dev/null'],
      ['Dir::Cache::Archives', join(apt, 'archives')],
      ['Dir::Cache::PkgCache', ''],
      ['Dir::Cache::SrcPkgCache', ''],
      ['Acquire::Languages', 'none'],
      ['APT::Sandbox::User', 'root'],
    ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    const archives = join(apt, 'archives');
    command('apt-get', [...options, '-q', 'update'], { env: quiet });
    if (closure) {
      const download = ['-q', '-y', '--no-install-recommends', '--download-only', 'install', ...packages];
      command('apt-get', [...options, ...download], { env: quiet });
    } else {
      command('apt-get', [...options, '-q', 'download', ...packages], { env: quiet, cwd: archives });
    }
    for (const file of readdirSync(archives)) {
      if (file.endsWith('.deb')) command('dpkg', ['-x', join(archives, file), folder]);
    }
  } finally {
    rmSync(apt, { recursive: true, force: true });
  }
}
