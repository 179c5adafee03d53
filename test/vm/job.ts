/** The disk with what a guest's command works on: this repository as built, what its tests need of npm, and Node. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../conformance/cache.ts';
import { tools } from '../integration/harness/tools.ts';

const repository = join(import.meta.dirname, '../..');

/** Large, and for building and linting only. */
const left = ['.cache', '@biomejs', '@oven', '@typescript', 'knip', 'typescript'];

/**
 * @param folder where `job.ext4` is made; on the same file system as the repository, so that files need no copy
 * @returns the path of the disk
 */
export function jobDisk(folder: string): string {
  tools(); // build/test/tools: there is no compiler in the guest
  const stage = join(folder, 'job');
  const modules = join(stage, 'node_modules');
  for (const each of [join(stage, 'build'), modules]) mkdirSync(each, { recursive: true });
  const link = (names: readonly string[], from: string, to: string) =>
    command('cp', ['-al', ...names.map((name) => join(from, name)), to]);
  link(['conformance', 'dist', 'package.json', 'proto', 'src', 'test', 'tsconfig.json'], repository, stage);
  link(['test'], join(repository, 'build'), join(stage, 'build'));
  const kept = readdirSync(join(repository, 'node_modules')).filter((name) => !left.includes(name));
  link(kept, join(repository, 'node_modules'), modules);
  command('sh', ['-c', 'cp -L "$(command -v node)" "$1"', '-', join(stage, 'node')]);
  const disk = join(folder, 'job.ext4');
  command('mke2fs', [
    ...['-q', '-t', 'ext4', '-O', '^has_journal,^metadata_csum', '-E', 'root_owner=0:0', '-m', '0', '-d', stage],
    ...[disk, '1G'],
  ]);
  rmSync(stage, { recursive: true });
  return disk;
}
