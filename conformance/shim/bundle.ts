/** Bundles for the model's programs: hoist's default configuration over one rootfs of busybox. */

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSpec } from '../../src/spec/defaults.ts';
import { stringify } from '../../src/spec/stringify.ts';
import type { Spec } from '../../src/spec/types.ts';
import type { Program } from './model.ts';

const APPLETS = ['true', 'sleep', 'sh', 'head', 'tr'];

/** An absolute path. */
export type Rootfs = string;

export function makeRootfs(rootfs: Rootfs, busybox = '/bin/busybox'): Rootfs {
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp'])
    mkdirSync(join(rootfs, folder), { recursive: true });
  copyFileSync(busybox, join(rootfs, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(rootfs, 'bin', applet));
  return rootfs;
}

export function argsOf(program: Program): string[] {
  return program === 'sleep' ? ['/bin/sleep', '1000'] : [`/bin/${program}`];
}

/** @returns the path of a bundle named after the task */
export function makeTaskBundle(
  folder: string,
  id: string,
  program: Program,
  rootfs: Rootfs,
  change: (spec: Spec) => void = () => {},
): string {
  const bundle = join(folder, id);
  mkdirSync(bundle, { recursive: true });
  const spec = defaultSpec({ cgroupNamespace: false });
  const { process: first, linux } = spec;
  if (first === undefined || linux === undefined) throw new Error('a default configuration has a process');
  first.terminal = false;
  first.args = argsOf(program);
  spec.root.path = rootfs;
  linux.cgroupsPath = `/hoist-model-${process.pid}/${id}`;
  change(spec);
  writeFileSync(join(bundle, 'config.json'), stringify(spec));
  return bundle;
}
