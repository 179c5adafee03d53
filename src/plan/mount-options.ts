/**
 * The grammar of mount options: words of mount(8) and of the runtime specification to mount attributes
 * (mount_setattr(2)), superblock options (fsconfig(2)) and propagation (spec: config.md, Mounts; runc's specconv).
 */

/** MOUNT_ATTR_* of linux/mount.h. */
export const ATTRIBUTE = {
  readonly: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  /** A field of three bits, not a flag: relatime 0, noatime 0x10, strictatime 0x20 (runc 1.4.1 had to learn it). */
  atime: 0x70,
  noatime: 0x10,
  strictatime: 0x20,
  nodiratime: 0x80,
  nosymfollow: 0x200000,
} as const;

/** MS_* of linux/mount.h. */
export const PROPAGATION = {
  recursive: 0x4000,
  unbindable: 0x20000,
  private: 0x40000,
  slave: 0x80000,
  shared: 0x100000,
} as const;

/** Attribute words that are flags: which one, on or off. */
const FLAG_WORDS: Record<string, readonly [attribute: number, on: boolean]> = {
  ro: [ATTRIBUTE.readonly, true],
  rw: [ATTRIBUTE.readonly, false],
  nosuid: [ATTRIBUTE.nosuid, true],
  suid: [ATTRIBUTE.nosuid, false],
  nodev: [ATTRIBUTE.nodev, true],
  dev: [ATTRIBUTE.nodev, false],
  noexec: [ATTRIBUTE.noexec, true],
  exec: [ATTRIBUTE.noexec, false],
  nosymfollow: [ATTRIBUTE.nosymfollow, true],
  symfollow: [ATTRIBUTE.nosymfollow, false],
  nodiratime: [ATTRIBUTE.nodiratime, true],
  diratime: [ATTRIBUTE.nodiratime, false],
};

/** Words that choose how access times are kept. */
const ATIME_WORDS: Record<string, number> = {
  noatime: ATTRIBUTE.noatime,
  strictatime: ATTRIBUTE.strictatime,
  atime: 0,
  relatime: 0,
  norelatime: 0,
  nostrictatime: 0,
};

/** Words that take one of those back. On a mount that is there already they choose nothing: the kernel keeps what it has. */
const ATIME_UNDONE: Record<string, number> = {
  atime: ATTRIBUTE.noatime,
  nostrictatime: ATTRIBUTE.strictatime,
  norelatime: 0,
};

const PROPAGATION_WORDS: Record<string, number> = {
  private: PROPAGATION.private,
  shared: PROPAGATION.shared,
  slave: PROPAGATION.slave,
  unbindable: PROPAGATION.unbindable,
  rprivate: PROPAGATION.private + PROPAGATION.recursive,
  rshared: PROPAGATION.shared + PROPAGATION.recursive,
  rslave: PROPAGATION.slave + PROPAGATION.recursive,
  runbindable: PROPAGATION.unbindable + PROPAGATION.recursive,
};

/** Flags of a superblock: options of a new file system, without meaning for a bind mount (as in runc). */
const SUPERBLOCK_WORDS = ['sync', 'async', 'dirsync', 'mand', 'nomand', 'lazytime', 'nolazytime'];

/** Accepted words that the new mount API has no flag for: the kernel's defaults hold (docs/compat.md). */
const WITHOUT_EFFECT = ['defaults', 'silent', 'loud', 'iversion', 'noiversion', 'acl', 'noacl', 'remount'];

export interface MountOptions {
  bind: boolean;
  recursive: boolean;
  copyUp: boolean;
  /** The ids of the files are mapped: `idmap`, `ridmap`. */
  idMap: { readonly below: boolean /** What crun takes behind `idmap=`. */; readonly custom: string } | undefined;
  sourceNoFollow: boolean;
  destinationNoFollow: boolean;
  readonly: boolean;
  set: number;
  clear: number;
  /** A word was about an attribute, of whatever effect. */
  attributes: boolean;
  /** A word chose how access times are kept. */
  choosesAtime: boolean;
  recursiveSet: number;
  recursiveClear: number;
  /** MS_* numbers, in order. */
  propagations: number[];
  /** Words and `key=value` pairs for fsconfig. */
  data: string[];
}

/** The words that are neither attributes nor data; each says what it does to the result. */
const OTHER_WORDS: Record<string, (options: MountOptions) => void> = {
  bind: (options) => {
    options.bind = true;
  },
  rbind: (options) => {
    options.bind = true;
    options.recursive = true;
  },
  idmap: (options) => {
    options.idMap = { below: false, custom: '' };
  },
  ridmap: (options) => {
    options.idMap = { below: true, custom: '' };
  },
  tmpcopyup: (options) => {
    options.copyUp = true;
  },
  'src-nofollow': (options) => {
    options.sourceNoFollow = true;
  },
  'copy-symlink': (options) => {
    options.sourceNoFollow = true;
  },
  'dest-nofollow': (options) => {
    options.destinationNoFollow = true;
  },
};

/** The MS_* number of a propagation word (`rslave`), or undefined. */
export function propagation(word: string): number | undefined {
  return Object.hasOwn(PROPAGATION_WORDS, word) ? PROPAGATION_WORDS[word] : undefined;
}

/** Every word this grammar knows, sorted: `mountOptions` of `features`. */
export function knownMountOptions(): string[] {
  const attributes = [...Object.keys(FLAG_WORDS), ...Object.keys(ATIME_WORDS)];
  return [
    ...attributes,
    ...attributes.map((word) => `r${word}`),
    ...Object.keys(PROPAGATION_WORDS),
    ...SUPERBLOCK_WORDS,
    ...WITHOUT_EFFECT,
    ...Object.keys(OTHER_WORDS),
  ].sort();
}

/** Attributes as they accumulate: the last word about each one wins. */
class Attributes {
  private readonly flags = new Map<number, boolean>();
  private atime: number | undefined;
  private undone = false;

  /** True when the word was an attribute. */
  take(word: string): boolean {
    const flag = Object.hasOwn(FLAG_WORDS, word) ? FLAG_WORDS[word] : undefined;
    if (flag) this.flags.set(flag[0], flag[1]);
    else if (Object.hasOwn(ATIME_WORDS, word)) this.atime = ATIME_WORDS[word];
    else return false;
    return true;
  }

  /** True when the word took a choice of access times back. */
  undo(word: string): boolean {
    if (!Object.hasOwn(ATIME_UNDONE, word)) return false;
    if (this.atime === ATIME_UNDONE[word]) this.atime = undefined;
    this.undone = true;
    return true;
  }

  get any(): boolean {
    return this.undone || this.atime !== undefined || this.flags.size > 0;
  }

  get choosesAtime(): boolean {
    return this.atime !== undefined || this.has(ATTRIBUTE.nodiratime);
  }

  has(attribute: number): boolean {
    return this.flags.get(attribute) === true;
  }

  sum(on: boolean): number {
    let total = 0;
    for (const [attribute, value] of this.flags) if (value === on) total += attribute;
    if (this.atime !== undefined) total += on ? this.atime : ATTRIBUTE.atime;
    return total;
  }
}

/**
 * Reads the options of one mount in order.
 *
 * @param words the `options` of the mount
 */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const options: MountOptions = {
    bind: false,
    recursive: false,
    copyUp: false,
    idMap: undefined,
    sourceNoFollow: false,
    destinationNoFollow: false,
    readonly: false,
    set: 0,
    clear: 0,
    attributes: false,
    choosesAtime: false,
    recursiveSet: 0,
    recursiveClear: 0,
    propagations: [],
    data: [],
  };
  const top = new Attributes();
  const below = new Attributes();
  for (const word of words) {
    if (top.undo(word) || top.take(word) || WITHOUT_EFFECT.includes(word)) continue;
    const flags = propagation(word);
    if (flags !== undefined) options.propagations.push(flags);
    else if (Object.hasOwn(OTHER_WORDS, word)) OTHER_WORDS[word]?.(options);
    else if (word.startsWith('idmap=')) options.idMap = { below: false, custom: word.slice('idmap='.length) };
    else if (word.startsWith('ridmap=')) options.idMap = { below: true, custom: word.slice('ridmap='.length) };
    else if (!(word.startsWith('r') && below.take(word.slice(1)))) options.data.push(word);
  }
  options.readonly = top.has(ATTRIBUTE.readonly);
  options.set = top.sum(true);
  options.clear = top.sum(false);
  options.attributes = top.any;
  options.choosesAtime = top.choosesAtime;
  options.recursiveSet = below.sum(true);
  options.recursiveClear = below.sum(false);
  return options;
}

/** For a bind mount the superblock's own flags mean nothing and are dropped; what is left over is data. */
export function isSuperblockWord(word: string): boolean {
  return SUPERBLOCK_WORDS.includes(word);
}
