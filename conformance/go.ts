/** The Go compiler, and the validation programs built with it. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, command, inPath, SetupError } from './cache.ts';
import { unpack } from './debian.ts';

const tools = 'github.com/opencontainers/runtime-tools';
const moduleFolder = join(import.meta.dirname, 'runtime-tools');

/** The oldest Go 1.x that can build everything here; newer ones fetch what a module asks for by themselves. */
const oldestMinor = 21;

/**
 * The path of a Go compiler that is new enough: the one in PATH, or Debian trixie's, unpacked into the cache (Debian 12
 * has 1.19).
 */
export function goCompiler(): string {
  if (inPath('go')) {
    const minor = /go1\.(\d+)/.exec(command('go', ['env', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } }))?.[1];
    if (minor && Number(minor) >= oldestMinor) return 'go';
  }
  const folder = cached('go', (into) => unpack('trixie', ['golang-1.24-go', 'golang-1.24-src'], into, false));
  return join(folder, 'usr/lib/go-1.24/bin/go');
}

/**
 * Go raises the soft limit of open files of every program before its first line runs, so runtimetest cannot see the one
 * that the runtime has set and process_rlimits fails for everyone. This is Go's own source file without that step.
 * @returns the arguments for `go build`.
 */
function withoutRaisedLimit(go: string, folder: string): string[] {
  const file = join(command(go, ['env', 'GOROOT']).trim(), 'src/syscall/rlimit.go');
  const source = readFileSync(file, 'utf8');
  const changed = source.replace('\nfunc init() {', '\nfunc neverCalled() {');
  if (changed === source) throw new SetupError(`${file} has no init function: how does this Go raise RLIMIT_NOFILE?`);
  const replacement = join(folder, 'rlimit.go');
  const overlay = join(folder, 'overlay.json');
  writeFileSync(replacement, changed);
  writeFileSync(overlay, JSON.stringify({ Replace: { [file]: replacement } }));
  return ['-overlay', overlay];
}

/** The version of runtime-tools that `runtime-tools/go.mod` pins. */
function pinnedVersion(): string {
  const version = new RegExp(`${tools} (v\\S+)`).exec(readFileSync(join(moduleFolder, 'go.mod'), 'utf8'))?.[1];
  if (!version) throw new SetupError('conformance/runtime-tools/go.mod does not require runtime-tools');
  return version;
}

/** The validation programs: a folder with one executable each, and the folder in which they want to be started. */
export interface Programs {
  /** `create`, `delete`, … sorted. */
  readonly names: readonly string[];
  readonly folder: string;
  /** Holds `runtimetest` and `rootfs-ARCH.tar.gz`. */
  readonly startFolder: string;
}

/** Builds the validation programs at the pinned version, unless the cache has them. */
export function validationPrograms(): Programs {
  const folder = cached(`runtime-tools-${pinnedVersion()}`, (into) => {
    const go = goCompiler();
    const options = { cwd: moduleFolder, env: { CGO_ENABLED: '0', GOFLAGS: '' } };
    const build = ['build', '-trimpath', '-ldflags', '-s -w'];
    console.log(`building the validation programs of runtime-tools ${pinnedVersion()}`);
    for (const name of ['programs', 'start', 'go']) mkdirSync(join(into, name));
    command(go, [...build, '-o', `${join(into, 'programs')}/`, `${tools}/validation/...`], options);
    const overlay = withoutRaisedLimit(go, join(into, 'go'));
    command(go, [...build, ...overlay, '-o', `${join(into, 'start')}/`, `${tools}/cmd/runtimetest`], options);
    const source = command(go, ['list', '-m', '-f', '{{.Dir}}', tools], options).trim();
    const archive = `rootfs-${command(go, ['env', 'GOARCH']).trim()}.tar.gz`;
    if (!readdirSync(source).includes(archive)) throw new SetupError(`runtime-tools has no ${archive}`);
    copyFileSync(join(source, archive), join(into, 'start', archive));
  });
  const programs = join(folder, 'programs');
  return { names: readdirSync(programs).sort(), folder: programs, startFolder: join(folder, 'start') };
}
