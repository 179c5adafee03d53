/** The options of a mount as containerd's snapshotters write them (core/mount/mount_linux.go): words of fstab(5), and what is for the file system. */

import { RuntimeError } from '../../errors.ts';

/** MS_* of mount(2). */
export const MS = {
  rdonly: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  synchronous: 16,
  remount: 32,
  mandlock: 64,
  dirsync: 128,
  noatime: 1024,
  nodiratime: 2048,
  bind: 4096,
  rec: 16384,
  relatime: 1 << 21,
  strictatime: 1 << 24,
} as const;

type Flag = keyof typeof MS;

const SET: Readonly<Record<string, readonly Flag[]>> = {
  bind: ['bind'],
  dirsync: ['dirsync'],
  mand: ['mandlock'],
  noatime: ['noatime'],
  nodev: ['nodev'],
  nodiratime: ['nodiratime'],
  noexec: ['noexec'],
  nosuid: ['nosuid'],
  rbind: ['bind', 'rec'],
  relatime: ['relatime'],
  remount: ['remount'],
  ro: ['rdonly'],
  strictatime: ['strictatime'],
  sync: ['synchronous'],
};

const CLEARED: Readonly<Record<string, Flag>> = {
  async: 'synchronous',
  atime: 'noatime',
  dev: 'nodev',
  diratime: 'nodiratime',
  exec: 'noexec',
  nomand: 'mandlock',
  norelatime: 'relatime',
  nostrictatime: 'strictatime',
  rw: 'rdonly',
  suid: 'nosuid',
};

export interface MountOptions {
  /** MS_*. */
  readonly flags: number;
  /** For the file system, in order. */
  readonly data: readonly string[];
  /** The source is a file that is to become a block device. */
  readonly loop: boolean;
  /** `container:host:size`, several with commas; both or none. */
  readonly uidMap: string | undefined;
  readonly gidMap: string | undefined;
}

/** @throws RuntimeError InvalidArgument for what somebody else should have dealt with */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const data: string[] = [];
  const named: Record<string, string> = {};
  let flags = 0;
  for (const word of words) {
    const set = Object.hasOwn(SET, word) ? SET[word] : undefined;
    const cleared = Object.hasOwn(CLEARED, word) ? CLEARED[word] : undefined;
    if (set !== undefined) for (const flag of set) flags |= MS[flag];
    else if (cleared !== undefined) flags &= ~MS[cleared];
    else if (isOurs(word)) named[word.slice(0, OURS_LENGTH)] = word.slice(OURS_LENGTH);
    else if (word !== 'loop' && word !== 'defaults') data.push(word);
  }
  const { 'uidmap=': uidMap, 'gidmap=': gidMap } = named;
  if ((uidMap === undefined) !== (gidMap === undefined)) throw invalid('uidmap and gidmap go together');
  return { flags, data, loop: words.includes('loop'), uidMap, gidMap };
}

const OURS_LENGTH = 'uidmap='.length;

function isOurs(word: string): boolean {
  if (word.startsWith('X-containerd.'))
    throw invalid(`internal mount option ${JSON.stringify(word)} was not consumed by the mount manager`);
  return word.startsWith('uidmap=') || word.startsWith('gidmap=');
}

function invalid(problem: string): RuntimeError {
  return new RuntimeError('InvalidArgument', problem, { stage: 'rootfs' });
}
