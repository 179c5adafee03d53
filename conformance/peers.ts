/** The runtimes that hoist is compared with: the newest runc that Go can build and the newest crun that Debian has. */
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, command, inPath, SetupError } from './cache.ts';
import { installMissing, unpack } from './debian.ts';
import { goCompiler } from './go.ts';

/** Pinned, so that two runs compare with the same program. */
const runcVersion = 'v1.5.2';

function buildRunc(): string {
  const folder = cached(`runc-${runcVersion}`, (into) => {
    installMissing({ gcc: 'gcc', 'libc6-dev': '/usr/include/stdlib.h', 'libseccomp-dev': '/usr/include/seccomp.h' });
    installMissing({ 'pkg-config': 'pkg-config' });
    console.log(`building runc ${runcVersion}`);
    // Debian's Go keeps to itself unless told otherwise; runc wants a newer one.
    const env = { CGO_ENABLED: '1', GOFLAGS: '', GOBIN: into, GOTOOLCHAIN: 'auto' };
    command(goCompiler(), ['install', '-tags', 'seccomp', `github.com/opencontainers/runc@${runcVersion}`], { env });
  });
  return join(folder, 'runc');
}

/** Debian sid's crun with the libraries it was linked with: its C library is newer than a stable machine's. */
function unpackCrun(): string {
  const folder = cached('crun', (into, final) => {
    installMissing({ patchelf: 'patchelf' });
    console.log('unpacking crun of Debian sid');
    unpack('sid', ['crun'], into, true);
    const triplet = command('gcc', ['-print-multiarch']).trim();
    const libraries = join('usr/lib', triplet);
    const loader = command('sh', ['-c', `ls ${join(into, libraries)}/ld-linux-*.so.* | head -1`]).trim();
    const program = join(into, 'crun');
    copyFileSync(join(into, 'usr/bin/crun'), program);
    const interpreter = join(final, libraries, loader.slice(loader.lastIndexOf('/') + 1));
    command('patchelf', [
      '--set-interpreter',
      interpreter,
      '--force-rpath',
      '--set-rpath',
      join(final, libraries),
      program,
    ]);
  });
  return join(folder, 'crun');
}

/**
 * The path of a peer. When the new one cannot be had, the one in PATH has to do; a note says so.
 * @throws {SetupError} when there is none at all.
 */
export function peer(name: 'runc' | 'crun'): string {
  try {
    return name === 'runc' ? buildRunc() : unpackCrun();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (!inPath(name)) installMissing({ [name]: name });
    console.log(`using the ${name} in PATH: ${error.message}`);
    return command('sh', ['-c', `command -v ${name}`]).trim();
  }
}

/**
 * A path and the version that the program states.
 * @throws {SetupError} when `path` is no program.
 */
export function runtimeVersion(name: string, path: string): string {
  if (!existsSync(path))
    throw new SetupError(`${name}: ${path} does not exist${name === 'hoist' ? ': npm run build' : ''}`);
  return /version (\S+)/.exec(command(path, ['--version']))?.[1] ?? 'unknown';
}
