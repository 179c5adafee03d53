/** The runtimes that hoist is compared with: the newest runc that Go can build and the newest crun that Debian has. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, command, inPath, SetupError } from './cache.ts';
import { installMissing, unpackProgram } from './debian.ts';
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

/** Debian sid's crun. */
const unpackCrun = () => unpackProgram('crun', 'usr/bin/crun');

/**
 * Debian sid's criu, for `checkpoint` and `restore`: a stable one may be too old for the kernel.
 * @throws {SetupError} when it cannot be had
 */
export const unpackCriu = () => unpackProgram('criu', 'usr/sbin/criu');

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
