/** The disks of the guests: built once by image/build.sh, kept until the recipe changes. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheOf, SetupError } from '../../conformance/cache.ts';
import { mirror } from '../../conformance/debian.ts';

export type Suite = 'bookworm' | 'trixie';

const recipe = join(import.meta.dirname, 'image');

/** Builds under a lock, so that two runs at once build once. Images of other recipes go after a week; others may use them. */
const BUILD = `
  cache=$1 suite=$2 final=$3 recipe=$4 mirror=$5
  [ -e "$final" ] && exit
  find "$cache" -maxdepth 1 -name "$suite-*" -mtime +7 -exec rm -rf {} +
  rm -rf "$final.part"
  bash "$recipe/build.sh" "$suite" "$final.part" "$mirror" "$cache/debs-$suite" && mv "$final.part" "$final"
`;

/**
 * Returns the folder with `rootfs.ext4`, `vmlinuz` and `initrd.img` of a suite, built if it is not there.
 * @throws {SetupError} when it cannot be built; why is printed before.
 */
export async function image(suite: Suite): Promise<string> {
  const cache = cacheOf('vm');
  mkdirSync(cache, { recursive: true });
  const final = join(cache, `${suite}-${version(suite)}`);
  const args = [join(cache, `${suite}.lock`), 'bash', '-c', BUILD, '-', cache, suite, final, recipe, mirror()];
  const child = spawn('flock', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new SetupError(`the image of ${suite} could not be built`);
  return final;
}

/** A hash of the recipe: all files but the packages of other suites. */
function version(suite: Suite): string {
  const hash = createHash('sha256');
  const files = readdirSync(recipe, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && (!entry.name.startsWith('packages.') || entry.name === `packages.${suite}`),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const path of paths)
    hash
      .update(`${path.slice(recipe.length)}\0`)
      .update(readFileSync(path))
      .update('\0');
  return hash.digest('hex').slice(0, 12);
}
