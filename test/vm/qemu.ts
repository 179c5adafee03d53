/** A QEMU that can run the guests by software emulation (TCG): KVM is not there inside of most virtual machines. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, cacheOf, command, SetupError } from '../../conformance/cache.ts';
import { installMissing, unpack } from '../../conformance/debian.ts';

/** This machine cannot run guests: no fault of what is tested. */
export class Unavailable extends SetupError {}

export interface Qemu {
  readonly program: string;
  /** `-L` and a folder with firmware, for each. */
  readonly firmware: readonly string[];
}

const tools = {
  'qemu-system-x86': 'qemu-system-x86_64',
  debootstrap: 'debootstrap',
  cpio: 'cpio',
  e2fsprogs: 'mke2fs',
  'xz-utils': 'xz',
};

/** Debian 12's own QEMU 7.2 panics or hangs these guests; 8 and later do not. */
const OLDEST = 8;

/**
 * Installs what building and running guests needs. When Debian's QEMU is too old, the one of its backports is unpacked
 * beside it (it gets along with the libraries of the older one).
 * @throws {Unavailable} when this is no machine for it.
 */
export function readyQemu(): Qemu {
  if (process.arch !== 'x64') throw new Unavailable(`the guests are for x86-64, this machine is ${process.arch}`);
  if (process.getuid?.() !== 0) throw new Unavailable('building the guests needs root');
  try {
    installMissing(tools);
    if (major('qemu-system-x86_64') >= OLDEST) return { program: 'qemu-system-x86_64', firmware: [] };
    return backported();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new Unavailable(`QEMU cannot be installed: ${error.message}`);
  }
}

function backported(): Qemu {
  const packages = ['qemu-system-x86', 'qemu-system-common', 'qemu-system-data', 'seabios'];
  const folder = cached('qemu', (into) => unpack('bookworm-backports', packages, into, false), cacheOf('vm'));
  const program = join(folder, 'usr/bin/qemu-system-x86_64');
  major(program); // It starts: every library is there.
  const firmware = ['qemu', 'seabios']
    .map((name) => join(folder, 'usr/share', name))
    .filter((path) => existsSync(path));
  return { program, firmware: firmware.flatMap((path) => ['-L', path]) };
}

function major(program: string): number {
  return Number(/version (\d+)/.exec(command(program, ['--version']))?.[1]);
}
