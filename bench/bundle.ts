import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './runtimes.ts';
import { workFolder } from './sandbox.ts';

/** The part of config.json that the bench changes; the rest stays as `runc spec` wrote it. */
interface Config {
  process: { terminal: boolean; args: string[] };
  linux: { resources: { memory?: { limit: number } } };
}

/**
 * Makes a bundle: a rootfs of busybox alone, runc's default configuration, without a terminal.
 * @param args the container's process
 * @param memory limit in bytes, if any
 * @returns the bundle's path
 */
export function makeBundle(name: string, args: readonly string[], memory?: number): string {
  const bundle = join(workFolder, name);
  makeRootfs(join(bundle, 'rootfs'));
  const runc = findProgram('runc');
  if (runc === null) throw new Error('the bench needs runc in PATH: its default configuration is what is measured');
  const spec = spawnSync(runc, ['spec'], { cwd: bundle, encoding: 'utf8' });
  if (spec.status !== 0) throw new Error(`runc spec: ${spec.stderr}`);
  const path = join(bundle, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Config;
  config.process.terminal = false;
  config.process.args = [...args];
  if (memory !== undefined) config.linux.resources.memory = { limit: memory };
  writeFileSync(path, JSON.stringify(config, null, 2));
  return bundle;
}

/** Changes the memory limit of a bundle, in bytes. */
export function setMemoryLimit(bundle: string, limit: number): void {
  const path = join(bundle, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as Config;
  config.linux.resources.memory = { limit };
  writeFileSync(path, JSON.stringify(config, null, 2));
}

function makeRootfs(rootfs: string): void {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  const busybox = findProgram('busybox');
  if (busybox === null) throw new Error('the bench needs a static busybox in PATH (Debian: busybox-static)');
  copyFileSync(busybox, join(rootfs, 'bin/busybox'));
  for (const applet of ['true', 'sleep', 'sh']) symlinkSync('busybox', join(rootfs, 'bin', applet));
}
