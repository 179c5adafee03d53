/** Bundles: runc's default configuration, changed by the test, over a rootfs of busybox and the probe. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  linkSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { defaultSpec } from '../../../src/spec/defaults.ts';
import { stringify } from '../../../src/spec/stringify.ts';
import type { Linux, Mount, Process, Spec } from '../../../src/spec/types.ts';
import type { Machine } from './machine.ts';

/** A configuration for a test to change: what the default always has is there. */
export interface Config extends Spec {
  process: Process;
  mounts: Mount[];
  linux: Linux;
}

/** Changes the configuration; a text it returns is written instead, for what is no configuration at all. */
export type Patch = (config: Config, bundle: Bundle) => unknown;

export interface Bundle {
  /** Paths inside the machine. */
  readonly path: string;
  readonly rootfs: string;
  /** The same from here. */
  readonly outside: { readonly path: string; readonly rootfs: string };
}

/** Who the runtime is called by. */
export type Mode = 'root' | 'rootless' | 'userns';

/** The unprivileged user; inner.sh gives it a name and the subordinate ids from 100000 on. */
export const USER = 4242;

const APPLETS = [
  'sh',
  'cat',
  'echo',
  'true',
  'false',
  'sleep',
  'ls',
  'mkdir',
  'touch',
  'id',
  'ps',
  'mount',
  'env',
  'grep',
  'ln',
  'rm',
  'kill',
  'printf',
  'wc',
  'head',
  'stty',
  'tty',
  'dd',
  'hostname',
  'pwd',
];

/** What every rootfs is made from; on the same file system, so that a bundle costs hard links only. */
export function makeTemplate(machine: Machine): void {
  for (const folder of ['/run/bundles', '/run/template']) mkdirSync(machine.path(folder), { recursive: true });
  for (const program of ['busybox', 'probe']) {
    copyFileSync(machine.path(`/run/tools/${program}`), machine.path(`/run/template/${program}`));
  }
}

/** A new bundle without a config.json. */
export function makeBundle(machine: Machine, name: string, mode: Mode): Bundle {
  const path = `/run/bundles/${name}`;
  const rootfs = `${path}/rootfs`;
  const outside = { path: machine.path(path), rootfs: machine.path(rootfs) };
  const folders = ['', 'bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp'].map((each) => join(outside.rootfs, each));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  chmodSync(join(outside.rootfs, 'tmp'), 0o1777);
  for (const program of ['busybox', 'probe'])
    linkSync(machine.path(`/run/template/${program}`), join(outside.rootfs, 'bin', program));
  for (const applet of APPLETS) symlinkSync('busybox', join(outside.rootfs, 'bin', applet));
  writeFileSync(
    join(outside.rootfs, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n',
  );
  writeFileSync(join(outside.rootfs, 'etc/group'), 'root:x:0:\ntty:x:5:\nuser:x:1000:\n');
  if (mode !== 'root') for (const folder of [outside.path, ...folders]) chownSync(folder, USER, USER);
  return { path, rootfs, outside };
}

/** Writes config.json. */
export function configure(bundle: Bundle, mode: Mode, patch: Patch): void {
  const config = defaultFor(mode);
  const changed = patch(config, bundle);
  const text = typeof changed === 'string' ? changed : stringify(config);
  const file = join(bundle.outside.path, 'config.json');
  writeFileSync(file, text);
  if (mode !== 'root') lchownSync(file, USER, USER);
}

function defaultFor(mode: Mode): Config {
  const wish = { cgroupNamespace: false, ...(mode === 'rootless' ? { rootless: { uid: USER, gid: USER } } : {}) };
  const { process, mounts = [], linux = {}, ...rest } = defaultSpec(wish);
  if (!process) throw new Error('the default configuration has a process');
  process.terminal = false;
  const config: Config = { ...rest, process, mounts, linux };
  config.ociVersion = '1.0.2'; // Debian's crun knows no later one.
  if (mode === 'userns') {
    // Already in a user namespace that has one group only, and not the host's device groups.
    const pts = mounts.find((mount) => mount.type === 'devpts');
    if (pts?.options) pts.options = pts.options.filter((option) => option !== 'gid=5');
    delete linux.resources;
  }
  return config;
}
