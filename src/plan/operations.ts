/**
 * The operations of a container's birth: what hoist-init can do, one table for both languages.
 *
 * `npm run generate` writes addon/common/operations.h from it (a test checks that the two agree). The order of fields here
 * is their order in the encoded plan. A new kind goes to the end: numbers never change within one plan version.
 *
 * Field types: `int` (64-bit), `text` (bytes without NUL), `texts`, `ints`, `bytes`. A slot is an `int`: the index of a
 * descriptor that the parent passed, or NO_SLOT.
 */

export const PLAN_MAGIC = 0x54534f48; // "HOST"
export const PLAN_VERSION = 1;
export const NO_SLOT = 0xffffffff;

export type FieldType = 'int' | 'text' | 'texts' | 'ints' | 'bytes';

/** Bits of every operation's flags. */
export const FLAGS = {
  /** A failure becomes a warning message, and the next operation follows. */
  tolerate: 1,
  /** ENOENT of the operation's main path counts as success, silently. */
  ifPresent: 2,
} as const;

/** Where parent and child meet (`sync`); in the plan's order. */
export const SYNC_POINTS = {
  /** The parent has written the id maps. */
  maps: 1,
  /** The container's cgroups stand; the parent's answer carries the open `tasks` files of v1, and the process moves itself into them. */
  cgroup: 2,
  /** The parent has run prestart and createRuntime hooks; its answer carries the state JSON for the container's hooks. */
  hooks: 3,
  /** Everything is done but the start; the parent has set limits and saved the state. */
  ready: 4,
  /** The network namespace is there; the parent has moved its devices into it. Before `cgroup`. */
  network: 5,
} as const;

/** `how` of `sync`, a bit set. */
export const SYNC_HOW = { notify: 1, wait: 2 } as const;

/** `what` of `mount`: where the detached tree comes from. */
export const MOUNT_WHAT = {
  /** open_tree(OPEN_TREE_CLONE) of `source`, a path of the host, or of the mount behind `slot`. */
  bind: 1,
  /** fsopen(`source` is the `source` key), fsconfig(options), fsmount. */
  filesystem: 2,
} as const;

/** `how` of `mount`, a bit set. */
export const MOUNT_HOW = {
  /** AT_RECURSIVE on open_tree: rbind. */
  recursive: 1,
  /** The destination must be an ordinary directory, no link on the way to it: /proc and /sys (CVE-2019-19921). */
  ordinary: 2,
  /** The destination may lie on a procfs (lxcfs files and the like); otherwise that is refused. */
  insideProc: 4,
  /** tmpfs: what the image has at the destination is copied into the new mount before it is attached. */
  copyUp: 8,
  /** tmpfs without a mode option: take the mode of the directory that is there. */
  inheritMode: 16,
  /** Do not follow a symlink at the end of the source (src-nofollow). */
  sourceNoFollow: 32,
  /** Do not follow a symlink at the end of the destination (dest-nofollow). */
  destinationNoFollow: 64,
  /** The source was cloned by the first stage, with the host's privileges, before the user namespace (operation `openSource`). */
  early: 128,
  /** The tree must be a procfs: the only thing that may be bound over /proc. */
  sourceIsProc: 256,
  /** `openSource`: the clone stays a peer of the host's mount, since two-way propagation is asked for; otherwise it becomes a slave. */
  twoWay: 512,
  /** `openSource`: the mounts below get the id mapping too (ridmap). */
  mapBelow: 1024,
} as const;

/** `how` of `device`, a bit set. */
export const DEVICE_HOW = {
  /** Bind the host's node of the same path instead of mknod (user namespaces, rootless). Without it EPERM falls back to this. */
  bind: 1,
} as const;

/** `how` of `symlink`. */
export const SYMLINK_HOW = { replace: 1 } as const;

/** `how` of `root`. */
export const ROOT_HOW = { pivot: 1, move: 2, chroot: 3 } as const;

/** `when` of `hook`. */
export const HOOK_WHEN = { createContainer: 1, startContainer: 2 } as const;

/** `how` of `cwd`. */
export const CWD_HOW = { early: 1 } as const;

/** `how` of `execute` and `hook`. */
export const EXECUTE_HOW = {
  /** No HOME in the environment: look the user up in /etc/passwd of the container. */
  addHome: 1,
} as const;

/** `how` of `user` and `become`. */
export const USER_HOW = {
  /** setgroups is not to be called (denied in the user namespace, or keep_original_groups). */
  keepGroups: 1,
} as const;

/**
 * Every kind: its number and its fields. The comments say what hoist-init does; addon/init says how.
 */
export const OPERATIONS = {
  /** keyctl(KEYCTL_JOIN_SESSION_KEYRING, name), then lets the user search it. */
  keyring: { kind: 1, fields: { name: 'text' } },
  /** setns(slot, type): a namespace, or a pidfd with the CLONE_NEW* flags of all that are joined at once. */
  join: { kind: 2, fields: { slot: 'int', type: 'int' } },
  /** clone3(CLONE_PARENT | CLONE_PIDFD | flags): the child goes on with the next operation, this process reports it (STAGE) and ends. */
  clone: { kind: 3, fields: { flags: 'int' } },
  sync: { kind: 4, fields: { point: 'int', how: 'int' } },
  /** setresgid, setresuid, and setgroups(0) where allowed and wanted (`how`): the root of a new user namespace. */
  become: { kind: 5, fields: { uid: 'int', gid: 'int', how: 'int' } },
  unshare: { kind: 6, fields: { flags: 'int' } },
  /** unshare(CLONE_NEWTIME), writes the offsets to self/timens_offsets, enters the namespace. */
  timeOffsets: { kind: 7, fields: { offsets: 'text' } },
  /** Opens the private procfs that every later write to /proc goes through (CVE-2025-52881). */
  procfs: { kind: 8, fields: {} },
  /** prctl(PR_SET_DUMPABLE, value) (CVE-2016-9962). */
  dumpable: { kind: 9, fields: { value: 'int' } },
  /** Brings the loopback interface up. */
  loopback: { kind: 10, fields: {} },
  /**
   * Clones a bind source with the privileges and in the mount namespace of now, for the `mount` with `early` and this path in the same
   * order. `mapping` is the slot of a user namespace whose id maps the clone gets (idmapped mounts), or NO_SLOT.
   */
  openSource: { kind: 11, fields: { source: 'text', how: 'int', mapping: 'int' } },
  /**
   * Makes the mounts of the namespace `propagation` (MS_SLAVE|MS_REC …), the mount that holds the rootfs private, clones the rootfs tree
   * (the clone is a slave until `propagate`), attaches it at its own path, and keeps it as the root of everything below.
   */
  rootfs: { kind: 12, fields: { path: 'text', propagation: 'int' } },
  /** One detached mount: made, given its attributes, attached in the root. Attribute words are MOUNT_ATTR_*; `propagations` are MS_* in order. */
  mount: {
    kind: 13,
    fields: {
      what: 'int',
      how: 'int',
      source: 'text',
      destination: 'text',
      type: 'text',
      /** `key=value` or `key`, for fsconfig. */
      options: 'texts',
      set: 'int',
      clear: 'int',
      recursiveSet: 'int',
      recursiveClear: 'int',
      propagations: 'ints',
      slot: 'int',
    },
  },
  /** mknod in the root (or bind), owner and mode set through the descriptor, type and numbers verified. `mode` has the type bits. */
  device: {
    kind: 14,
    fields: { path: 'text', mode: 'int', major: 'int', minor: 'int', uid: 'int', gid: 'int', how: 'int' },
  },
  symlink: { kind: 15, fields: { target: 'text', path: 'text', how: 'int' } },
  /** mkdir -p in the root. */
  directory: { kind: 16, fields: { path: 'text', mode: 'int' } },
  /** A pty of the container's own devpts becomes /dev/console, stdio and the controlling terminal; the master goes to the parent (CONSOLE). */
  console: { kind: 17, fields: { columns: 'int', rows: 'int', uid: 'int', mount: 'int' } },
  /**
   * Runs a hook of the container's side with the state JSON on stdin; `timeout` in ms, 0: none. The errno of `hook exit` is the exit
   * code, that of `hook signal` the signal; the text is the end of what the hook wrote.
   */
  hook: {
    kind: 18,
    fields: { when: 'int', index: 'int', path: 'text', args: 'texts', env: 'texts', timeout: 'int', how: 'int' },
  },
  /** pivot_root, or MS_MOVE + chroot (`--no-pivot`), or chroot (no mount namespace); the old root is detached, cwd is the new root. */
  root: { kind: 19, fields: { how: 'int' } },
  /** mount_setattr on what is mounted at a path of the root. */
  attributes: { kind: 20, fields: { path: 'text', set: 'int', clear: 'int', recursive: 'int' } },
  /** Propagation of the container's root (rootfsPropagation). */
  propagate: { kind: 21, fields: { flags: 'int' } },
  /** Over a file /dev/null of the host (verified: 1:3), over a directory one shared, empty, read-only tmpfs (CVE-2025-31133). */
  mask: { kind: 22, fields: { path: 'text' } },
  /** A read-only bind of the path over itself. */
  readonly: { kind: 23, fields: { path: 'text' } },
  /** Writes sys/<path> of the private procfs. */
  sysctl: { kind: 24, fields: { path: 'text', value: 'text' } },
  hostname: { kind: 25, fields: { name: 'text' } },
  domainname: { kind: 26, fields: { name: 'text' } },
  /** Writes `value` to self/<file> of the private procfs (attr/exec, attr/apparmor/exec, attr/keycreate …). */
  label: { kind: 27, fields: { file: 'text', fallback: 'text', value: 'text' } },
  noNewPrivileges: { kind: 28, fields: {} },
  /** sched_setattr; numbers in nanoseconds. */
  scheduler: {
    kind: 29,
    fields: {
      policy: 'int',
      flags: 'int',
      nice: 'int',
      priority: 'int',
      runtime: 'int',
      deadline: 'int',
      period: 'int',
    },
  },
  ioPriority: { kind: 30, fields: { value: 'int' } },
  personality: { kind: 31, fields: { value: 'int' } },
  /** sched_setaffinity to every processor that the cpuset allows. */
  affinity: { kind: 32, fields: {} },
  umask: { kind: 33, fields: { mask: 'int' } },
  /** seccomp(SECCOMP_SET_MODE_FILTER, flags); a listener (SECCOMP_FILTER_FLAG_NEW_LISTENER) goes to the parent (LISTENER). */
  seccomp: { kind: 34, fields: { flags: 'int', filter: 'bytes' } },
  /** Drops from the bounding set what is not in `bounding` (a 64-bit mask), and keeps capabilities over the change of user. */
  bounding: { kind: 35, fields: { mask: 'int' } },
  /** Gives stdio (no /dev/null, no terminal of ours) to the user, so that /dev/stderr can be opened again. */
  stdio: { kind: 36, fields: { uid: 'int' } },
  user: { kind: 37, fields: { uid: 'int', gid: 'int', groups: 'ints', how: 'int' } },
  /** capset of what is permitted, then the ambient set. What cannot be had is a warning (`capset`, `prctl`), its text a hexadecimal mask. */
  capabilities: { kind: 38, fields: { effective: 'int', permitted: 'int', inheritable: 'int', ambient: 'int' } },
  /** chdir, unless an earlier one (`early`, which EACCES does not stop) has done it; then getcwd must be absolute (CVE-2024-21626). */
  cwd: { kind: 39, fields: { path: 'text', how: 'int' } },
  /**
   * Finds the executable as the container's user: `name` with a slash as it is (`access`, `is a directory`, `not executable`), else along
   * `paths` (`not found in path`; with EACCES and its path as text when there is one that this user may not execute). Prepares the
   * arguments of `execute`, HOME included, so that nothing but execve is left to do behind a seccomp filter.
   */
  lookup: { kind: 40, fields: { name: 'text', paths: 'texts' } },
  /** Lets the parent go: no more parent death signal, closes the socket, opens the exec fifo (blocks until `start`), writes one byte. */
  fifo: { kind: 41, fields: { slot: 'int' } },
  /** Closes everything but stdio and the preserved descriptors, and executes what `lookup` found. */
  execute: { kind: 42, fields: { argv: 'texts', env: 'texts', how: 'int' } },
  /** prlimit(2) on itself; numbers as the kernel has them, 2^64-1 is RLIM_INFINITY. */
  limit: { kind: 43, fields: { resource: 'int', soft: 'int', hard: 'int' } },
  /** Ends hoist-init with success: the last operation for a configuration without a process. */
  end: { kind: 44, fields: {} },
  /** Waits for the rest of the plan (order `plan`) and goes on with it. Indices of operations go on counting. */
  more: { kind: 45, fields: {} },
  /** Enters cgroups of v1: each slot is a `tasks` file that the parent opened for writing. */
  enter: { kind: 46, fields: { slots: 'ints' } },
  /** sched_setaffinity to these processors, bit n of byte n/8 for processor n. */
  pin: { kind: 47, fields: { mask: 'bytes' } },
  /** Makes a directory (the root of a process that has no mount namespace of its own) ours. */
  adoptRoot: { kind: 48, fields: { slot: 'int' } },
  /** set_mempolicy(2): `mode` with its flags, `nodes` as 64-bit words of a mask, lowest first. */
  memoryPolicy: { kind: 49, fields: { mode: 'int', nodes: 'ints' } },
  /** stdin, stdout and stderr that are the host's /dev/null become the container's own (verified: 1:3). */
  nullDevice: { kind: 50, fields: {} },
  /** Takes the topmost mount at a path of the root away (MNT_DETACH), but never the root itself. */
  unmount: { kind: 51, fields: { path: 'text' } },
} as const satisfies Record<string, { kind: number; fields: Record<string, FieldType> }>;

export type OperationName = keyof typeof OPERATIONS;

interface FieldValues {
  int: number | bigint;
  text: string;
  texts: readonly string[];
  ints: readonly (number | bigint)[];
  bytes: Uint8Array;
}

type Fields<N extends OperationName> = {
  readonly [F in keyof (typeof OPERATIONS)[N]['fields']]: (typeof OPERATIONS)[N]['fields'][F] extends FieldType
    ? FieldValues[(typeof OPERATIONS)[N]['fields'][F]]
    : never;
};

/** One operation: `{ op: 'hostname', name: 'box' }`, with the flags of all kinds spelled out. */
export type Operation = {
  [N in OperationName]: { readonly op: N; readonly tolerate?: boolean; readonly ifPresent?: boolean } & Fields<N>;
}[OperationName];

/** What hoist-init tells its parent; the first number of a packet. */
export const MESSAGES = {
  /** op, errno, step, text: the operation failed; hoist-init ends after it. */
  failed: 1,
  /** The same for a tolerated failure. */
  warning: 2,
  /** `value` is the sync point that was reached. */
  reached: 3,
  /** `value` is the pid of the second stage, a descriptor is its pidfd. */
  stage: 4,
  /** A descriptor is the terminal's master. */
  console: 5,
  /** The text is a run of 64-bit CLOCK_MONOTONIC nanoseconds, one per operation begun since the last such message. `op` is the first one. */
  trace: 6,
  /** A descriptor is the listener of the seccomp filter that has just been loaded. */
  listener: 7,
} as const;

/** What the parent tells hoist-init. */
export const ORDERS = {
  /**
   * `value` is the sync point; `hooks` and `ready` carry the state JSON as a descriptor, and files for the standard output (`op` has bit 1)
   * and error (bit 2) of hooks; `cgroup` the open `tasks` files.
   */
  go: 1,
  /** A descriptor is the sealed memfd with the rest of the plan. */
  plan: 2,
} as const;

/** The system call (or check) within an operation that failed: the `step` of a failure. 0 is unknown. */
export const STEPS = [
  'unknown',
  // system calls
  'open',
  'openat2',
  'read',
  'write',
  'mkdirat',
  'mknodat',
  'symlinkat',
  'unlinkat',
  'readlink',
  'fstat',
  'statfs',
  'statx',
  'fchown',
  'fchmod',
  'open_tree',
  'move_mount',
  'fsopen',
  'fsconfig',
  'fsmount',
  'mount_setattr',
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'chdir',
  'fchdir',
  'getcwd',
  'setns',
  'unshare',
  'clone3',
  'keyctl',
  'sethostname',
  'setdomainname',
  'prctl',
  'sched_setattr',
  'sched_setaffinity',
  'ioprio_set',
  'personality',
  'seccomp',
  'capset',
  'setgroups',
  'setresuid',
  'setresgid',
  'socket',
  'ioctl',
  'setsid',
  'dup',
  'mmap',
  'recvmsg',
  'sendmsg',
  'execve',
  'access',
  'getdents64',
  'wait',
  'prlimit',
  'set_mempolicy',
  // checks
  'not a directory',
  'is a symlink',
  'wrong device',
  'not a procfs',
  'not a devpts',
  'inside proc',
  'cwd outside',
  'not executable',
  'is a directory',
  'not found in path',
  'hook exit',
  'hook signal',
  'hook timeout',
  'plan',
  // why execve failed although the file is there
  'missing interpreter',
  'crlf interpreter',
  'missing loader',
  'wrong architecture',
  'no exec format',
] as const;
