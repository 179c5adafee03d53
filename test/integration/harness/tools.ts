/** The programs that the tests bring along, all static: the probe, the harness's own, busybox. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const repository = new URL('../../../', import.meta.url).pathname;

/** What runs in and around containers lies here, built. */
const folder = join(repository, 'build/test/tools');

/**
 * Builds what is not there or older than its sources.
 * @returns the folder with `probe`, `machine` and `busybox`
 */
export function tools(): string {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  build('probe', join(repository, 'test/probe'));
  build('machine', join(repository, 'test/integration/harness'));
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (!busybox) throw new Error('these tests need a static busybox (Debian: busybox-static)');
  if (!existsSync(join(folder, 'busybox'))) install(busybox, 'busybox');
  return folder;
}

function build(name: string, sources: string): void {
  const newest = Math.max(...readdirSync(sources).map((file) => statSync(join(sources, file)).mtimeMs));
  const target = join(folder, name);
  if (existsSync(target) && statSync(target).mtimeMs > newest) return;
  const files = readdirSync(sources).filter((file) => file.endsWith('.c'));
  const temporary = `${target}.${process.pid}`;
  const flags = ['-static', '-O1', '-Wall', '-Wextra', '-Werror', '-o', temporary];
  execFileSync('cc', [...flags, ...files.map((file) => join(sources, file))], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(temporary, target);
}

function install(source: string, name: string): void {
  const temporary = join(folder, `${name}.${process.pid}`);
  copyFileSync(source, temporary);
  chmodSync(temporary, 0o755);
  renameSync(temporary, join(folder, name));
}
