/**
 * The busybox of the images. Debian's busybox-static runs its applets inside its shell, so that a masked /bin/ls goes unseen,
 * and lacks pgrep and ipcs: this one is built of Debian's source as its authors would have it.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cached, command } from '../../cache.ts';
import { installMissing, unpackSource } from '../../debian.ts';

/** @returns the path of the program, which is static */
export function busybox(): string {
  const folder = cached('busybox-default', (into) => {
    installMissing({ gcc: 'gcc', make: 'make', bzip2: 'bzip2', 'libc6-dev': '/usr/include/stdlib.h' });
    console.log('building busybox');
    const source = join(into, 'source');
    mkdirSync(source);
    unpackSource('bookworm', 'busybox', source);
    command('make', ['defconfig'], { cwd: source });
    const config = readFileSync(join(source, '.config'), 'utf8');
    writeFileSync(join(source, '.config'), config.replace('# CONFIG_STATIC is not set', 'CONFIG_STATIC=y'));
    command('make', [`-j${availableParallelism()}`, 'busybox'], { cwd: source });
    copyFileSync(join(source, 'busybox'), join(into, 'busybox'));
    rmSync(source, { recursive: true });
  });
  return join(folder, 'busybox');
}
