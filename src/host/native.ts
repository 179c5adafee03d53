/**
 * The typed contract of the addon, and the only place that loads it.
 *
 * Everything here blocks and is meant for short calls, with one exception: `watch`, which calls back when a descriptor
 * becomes readable. Descriptors are plain numbers, always opened O_CLOEXEC. Every failure throws a `SystemError`
 * (errors.ts): `code`, `errno`, `syscall`, `path`, with the message Go would print: `open /x: no such file or directory`.
 *
 * Why files do not go through `node:fs`: importing it costs 1.5 ms in the compiled program, a sixth of a whole `run`.
 */

export type FileKind = 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';

export interface FileStat {
  readonly kind: FileKind;
  /** Permission bits with set-id and sticky, without the type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** Of a device node. */
  readonly major: number;
  readonly minor: number;
  readonly modifiedMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: FileKind;
}

export interface Message {
  readonly data: Uint8Array;
  readonly descriptors: number[];
}

export interface SpawnInit {
  /** The encoded plan (plan/encode); the addon puts it into a sealed memfd. */
  readonly plan: Uint8Array;
  /** Clone flags of the first stage, for clone3 (CLONE_NEWPID or 0). */
  readonly cloneFlags: number;
  /** A cgroup v2 directory to be born in (CLONE_INTO_CGROUP), or -1. */
  readonly cgroup: number;
  /** Descriptors of the plan's slots, in order. */
  readonly slots: readonly number[];
  /** What becomes 0, 1 and 2. */
  readonly stdio: readonly [number, number, number];
  /** How many descriptors from 3 on the container inherits (`--preserve-fds`). */
  readonly preserved: number;
  /** RLIMIT_NOFILE that the child starts with (the caller's, which a JavaScript engine has raised), or undefined. */
  readonly openFiles?: readonly [soft: bigint, hard: bigint] | undefined;
}

export interface SpawnedInit {
  readonly pid: number;
  readonly pidfd: number;
  /** Our end of the SOCK_SEQPACKET pair. */
  readonly socket: number;
}

export interface SpawnProcess {
  /** Absolute path; no search. */
  readonly path: string;
  readonly argv: readonly string[];
  /** `NAME=value`; nothing else is inherited. */
  readonly env: readonly string[];
  readonly cwd?: string | undefined;
  /** Standard input, through a sealed memfd; empty gives /dev/null. Not with `stdio`. */
  readonly input?: string;
  /** What becomes 0, 1 and 2 instead of `input` and the memfd `output`. */
  readonly stdio?: readonly [number, number, number];
  /** What becomes 1 and 2 in place of `output`; -1: `output`. Not with `stdio`. */
  readonly outputs?: readonly [stdout: number, stderr: number];
  /** A SOCK_SEQPACKET pair: one end becomes 3, the other is `socket`. */
  readonly channel?: boolean;
  /** What becomes 3, 4 …, or with a channel 4, 5 … */
  readonly descriptors?: readonly number[];
  /** The program gets a mount namespace of its own, of slaves, with this detached mount attached at an absolute path of a folder. */
  readonly mount?: { readonly tree: number; readonly target: string };
  /** RLIMIT_NOFILE that the program starts with, as in SpawnInit: Go restores the caller's for what runc executes. */
  readonly openFiles?: readonly [soft: bigint, hard: bigint] | undefined;
}

export interface SpawnedProcess {
  readonly pid: number;
  readonly pidfd: number;
  /** A memfd that holds stdout and stderr: a daemon that the process leaves behind can never keep us waiting for EOF. -1 with `stdio`. */
  readonly output: number;
  /** Our end of the channel, or -1. */
  readonly socket: number;
}

/** How a process ended. Exactly one is set; `signal` is a number. */
export interface ExitStatus {
  readonly code?: number;
  readonly signal?: number;
}

export interface Native {
  // -- files (paths of the host only; a path inside a rootfs is hoist-init's business) --

  /** Whole content of a regular file as UTF-8. EINVAL "not a regular file" for a fifo, device or directory; EFBIG beyond `limit` bytes (default 64 MiB). */
  readFile(path: string, limit?: number): string;
  /** The same, and of a pipe all that comes until its end: for files that a caller names on the command line. */
  readFile(path: string, limit: number, pipes: true): string;
  /** The first as bytes; undefined when the file does not exist. */
  readBytes(path: string, limit?: number): Uint8Array | undefined;
  /** Writes an existing file in one write(2), O_WRONLY without O_TRUNC or O_CREAT: cgroup and procfs files. */
  writeFile(path: string, data: string): void;
  /** Creates with O_EXCL|O_NOFOLLOW beside `path` under a dot name, then renames over it. */
  replaceFile(path: string, data: string | Uint8Array, mode: number): void;
  /** Creates with O_EXCL|O_NOFOLLOW; EEXIST when there. */
  createFile(path: string, data: string | Uint8Array, mode: number): void;
  /** O_APPEND|O_CREAT|O_CLOEXEC, one write(2): log lines. */
  appendFile(path: string, data: string, mode: number): void;
  /** True when made, false when a directory was there. */
  mkdir(path: string, mode: number): boolean;
  /** With parents; no error when there. */
  mkdirAll(path: string, mode: number): void;
  rmdir(path: string): void;
  /** True when removed, false when there was nothing. */
  unlink(path: string): boolean;
  /** Removes a folder and what is below it, never following a symlink, never crossing into another file system; no error when missing. */
  removeAll(path: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  chmod(path: string, mode: number): void;
  chown(path: string, uid: number, gid: number): void;
  mkfifo(path: string, mode: number): void;
  /** undefined when there is nothing (ENOENT, ENOTDIR). */
  stat(path: string): FileStat | undefined;
  lstat(path: string): FileStat | undefined;
  /** Without `.` and `..`, in no order. */
  readDirectory(path: string): DirectoryEntry[];
  readLink(path: string): string;
  /** realpath(3). */
  realPath(path: string): string;
  /** access(2) with R_OK=4, W_OK=2, X_OK=1, of the effective ids. */
  access(path: string, mode: number): boolean;
  /** f_type of statfs(2). */
  fileSystem(path: string): number;
  /** open(2) with O_CLOEXEC added. */
  open(path: string, flags: number, mode?: number): number;
  close(descriptor: number): void;
  /** Writes everything, waiting where the descriptor is non-blocking. */
  write(descriptor: number, data: string | Uint8Array): void;
  /** One write(2) to a non-blocking descriptor; false when it did not take all of it now, or nobody reads any more. */
  offer(descriptor: number, data: string | Uint8Array): boolean;
  /** dup2(2): `target` becomes another name of `descriptor`, and is inherited. */
  redirect(descriptor: number, target: number): void;
  /** Up to `size` bytes; undefined at the end; waits when `timeoutMs` allows (-1: for ever), ETIMEDOUT after. */
  read(descriptor: number, size: number, timeoutMs: number): Uint8Array | undefined;
  /** The last `size` bytes of a file or memfd, as UTF-8 (lossy). */
  readTail(descriptor: number, size: number): string;
  /** flock(2); false when `wait` is false and another holds it. */
  lock(descriptor: number, exclusive: boolean, wait: boolean): boolean;
  /** A sealed memfd with this content, offset 0. */
  memfd(name: string, data: string | Uint8Array): number;
  fcntlGetFlags(descriptor: number): number | undefined;
  /** ioctl(FIONREAD): how many bytes a pipe holds. */
  waitingBytes(descriptor: number): number;
  dup(descriptor: number): number;
  pipe(): [reader: number, writer: number];
  isTerminal(descriptor: number): boolean;

  // -- processes --

  /** clone3 with CLONE_PIDFD|CLONE_VM|CLONE_VFORK, then execveat of hoist-init from a sealed memfd. */
  spawnInit(request: SpawnInit): SpawnedInit;
  /** Sends one packet with descriptors (SCM_RIGHTS). */
  send(socket: number, data: Uint8Array, descriptors: readonly number[]): void;
  /** One packet; undefined when the peer is gone. `timeoutMs` -1 waits for ever; ETIMEDOUT after it. */
  receive(socket: number, timeoutMs: number): Message | undefined;
  spawnProcess(request: SpawnProcess): SpawnedProcess;
  /** Reaps a child; undefined when it still runs after `timeoutMs` (-1: for ever). */
  waitProcess(pidfd: number, timeoutMs: number): ExitStatus | undefined;
  /** Exit status of a process that need not be our child (PIDFD_GET_INFO, Linux 6.15); undefined when unknown. */
  pidfdExit(pidfd: number): ExitStatus | undefined;
  /** ESRCH when there is no such process. */
  pidfdOpen(pid: number): number;
  pidfdSignal(pidfd: number, signal: number): void;
  kill(pid: number, signal: number): void;
  /** Writes `/proc/<pid>/<name>` after checking that /proc is a procfs and no link or mount stands in the way. */
  writeProcess(pid: number, name: string, data: string): void;
  /** Reads `/proc/<pid>/<name>` under the same checks; undefined when the process is gone. */
  readProcess(pid: number, name: string): string | undefined;
  /** prlimit(2); `resource` is the kernel's number; RLIM_INFINITY is 2^64-1. */
  setLimit(pid: number, resource: number, soft: bigint, hard: bigint): void;
  /** An eventfd that becomes readable when a child may have ended; one for the life of the program. */
  childEvents(): number;
  /** Reaps ended children that were not made by `spawnInit` or `spawnProcess`, nor adopted. @returns how many */
  reapOrphans(): number;
  /** A child that somebody made for us (CLONE_PARENT), and that will be waited for by its pidfd. */
  adoptChild(pid: number): void;
  /** PR_SET_CHILD_SUBREAPER for this process. */
  setSubreaper(on: boolean): void;
  /**
   * From now on signals are kept for `supervise`, which passes them on, and mean nothing after it: whoever ends a `run` that makes or
   * removes its container must not leave it half made. @param children also SIGCHLD, for a subreaper
   */
  holdSignals(children: boolean): void;
  /**
   * The foreground of `run` and `exec`: forwards every signal that can be to the process, copies between the terminal `master` (or -1) and our
   * stdin and stdout (raw mode, window size on SIGWINCH), reaps other children when a subreaper, until the process ends and its output is drained.
   */
  supervise(request: {
    pid: number;
    pidfd: number;
    master: number;
    subreaper: boolean;
    /** Called whenever there is something to read, as long as it answers true. It must not throw. */
    watched?: { descriptor: number; onReadable: () => boolean } | undefined;
  }): ExitStatus;
  /** Ends the program at once: no handlers of the engine run. */
  exit(code: number): never;
  /**
   * Gives back what a program that waits does not need: free memory of the C library, and the pages of its machine code, which come again
   * from the page cache, 64 KB at a time, when they are run. It costs some 0.2 ms the next time.
   */
  releaseMemory(): void;
  ids(): { uid: number; gid: number; euid: number; egid: number };
  /** Microseconds of CLOCK_MONOTONIC. */
  now(): number;
  /** Seconds that local time is ahead of UTC at a Unix time in whole seconds. The engine's own answer costs 6 ms. */
  localOffset(seconds: number): number;

  // -- terminals and sockets --

  setWindowSize(terminal: number, columns: number, rows: number): void;
  windowSize(terminal: number): { columns: number; rows: number };
  /** Clears ONLCR, as runc does for a terminal that it serves itself. */
  clearNewlineMapping(terminal: number): void;
  /** Connects to a unix socket, of datagrams or a stream. A name that begins with `@` is an abstract one. */
  connectSocket(path: string, datagrams: boolean): number;
  /** A unix socket of datagrams with this name. */
  bindSocket(path: string): number;
  /** A unix stream socket that listens at a path, non-blocking; its file is 0600 from the first moment on. EADDRINUSE when something is there. */
  listenSocket(path: string): number;
  /** The next connection, non-blocking; undefined when nobody waits. */
  acceptConnection(listener: number): number | undefined;
  /** Who is at the other end (SO_PEERCRED). */
  peer(socket: number): { readonly pid: number; readonly uid: number; readonly gid: number };
  /** Sends what fits now. @returns how many bytes; 0 when nothing does */
  writeSocket(socket: number, data: Uint8Array): number;
  /** Connects to a unix stream socket and sends one descriptor with `payload` (runc's console socket protocol). */
  sendDescriptor(path: string, payload: string, descriptor: number): void;

  // -- waiting without blocking (library, shim) --

  /** Calls back once when the descriptor is readable (or hung up), from one epoll thread; returns a key for `unwatch`. */
  watch(descriptor: number, callback: () => void): number;
  /** The same for a descriptor that can be written to. */
  watchWritable(descriptor: number, callback: () => void): number;
  unwatch(key: number): void;
  /**
   * Copies from one descriptor to another, on the addon's own thread, until the source ends. Takes both over, and those of `held`, which stay
   * open as long. Between pipes nothing is copied (splice(2)). A sink that takes nothing stops the reading of its source, and of nothing else.
   * `output`: when the sink fails the rest is read and dropped, so that the container goes on. `input`: it ends, and both are closed.
   * `terminal`: as output; a hang-up (nobody has the terminal open) is no end before `finishFlow`.
   *
   * @param onEnd once, with the errno of a sink that failed, or 0
   */
  startFlow(
    flow: {
      readonly source: number;
      readonly sink: number;
      readonly held: readonly number[];
      readonly kind: 'output' | 'input' | 'terminal';
    },
    onEnd: (error: number) => void,
  ): number;
  /** It ends when there is nothing more to read at present. */
  finishFlow(flow: number): void;
  /** Copies what is there and fits before this returns; what comes later is copied as ever. */
  settleFlow(flow: number): void;
  /** Stops it at once and closes what it has; `onEnd` is not called any more. */
  endFlow(flow: number): void;
  /** eventfd(2), at 0: eight bytes of a counter are read from it. */
  eventfd(): number;
  /** inotify(7) for IN_MODIFY of files: sixteen bytes are read for each change, the first four are the number of the path, from 1 on. */
  watchFiles(paths: readonly string[]): number;

  // -- kernel objects --

  /** Loads a BPF_PROG_TYPE_CGROUP_DEVICE program and attaches it, replacing those there (BPF_F_REPLACE, else detach). */
  attachDeviceProgram(cgroup: string, instructions: Uint8Array): void;
  /**
   * libseccomp: a checked, resolved profile to BPF (seccomp/profile.ts makes the request). `unknown` are names of system calls and
   * architectures that this libseccomp does not know; their rules are left out.
   */
  compileSeccomp(request: SeccompRequest): { filter: Uint8Array; unknown: string[] };
  /** Whether the kernel takes a filter with these SECCOMP_FILTER_FLAG_*. */
  knowsSeccompFlags(flags: number): boolean;
  /** `architecture` is the native one's AUDIT_ARCH_* number. */
  seccompInfo(): { version: string; architecture: number };
  /** BLAKE2s-256 of bytes or UTF-8, 64 hexadecimal digits: collision-resistant, and without the 4.6 ms of node:crypto. */
  hash(data: string | Uint8Array): string;
  /**
   * Sends one rtnetlink message and gathers the answers up to the acknowledgement or the end of a dump, headers and all.
   * @param namespace a descriptor of the network namespace to ask in; -1: our own
   */
  netlink(namespace: number, request: Uint8Array): Uint8Array;
  /** mount(2); `data` up to a page. */
  mount(request: {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly flags: number;
    readonly data: string;
    /** What relative paths, in `data` too, are relative to; our working directory stays as it is. */
    readonly folder?: string | undefined;
  }): void;
  /** umount2(2). */
  unmount(path: string, flags: number): void;
  /**
   * Mounts what is at `source` (without what is mounted below it) at `target` too, with the id maps of a user namespace.
   * @param namespace its descriptor
   */
  mountMapped(source: string, target: string, namespace: number, readOnly: boolean): void;
  /** An O_PATH descriptor of a path inside a root, links resolved in it (openat2 RESOLVE_IN_ROOT). */
  openInRoot(root: string, path: string): number;
  /**
   * Makes a file a block device, which vanishes when nobody has it open or mounted any more. @param direct past the page cache
   * @returns the path of the device, and a descriptor that keeps it
   */
  attachLoop(file: string, readOnly: boolean, direct: boolean): { path: string; descriptor: number };
  /** A detached, recursive copy of what is mounted at a folder (open_tree); ELOOP when a link is on the way to it. */
  cloneMount(path: string): number;
  /**
   * Where a path leads for a process, links resolved in its root (openat2 RESOLVE_IN_ROOT); undefined when there is nothing. The path
   * that comes back is only good for comparing it with the process's mountinfo.
   */
  resolveInRoot(pid: number, path: string): { readonly path: string; readonly kind: FileKind } | undefined;

  // -- D-Bus (libsystemd's sd-bus, loaded at the first use) --

  /**
   * Connects to a bus and says Hello, within the time. @param address as in D-Bus: `unix:path=/run/dbus/system_bus_socket`
   * @returns a key for the others; ENOENT when there is no libsystemd, EAGAIN when the daemon's queue is full
   */
  openBus(address: string, timeoutMs: number): number;
  closeBus(bus: number): void;
  /** Calls a method and waits for its answer; ETIMEDOUT after `timeoutMs`. Signals that come meanwhile are kept. */
  callBus(bus: number, call: BusCall, timeoutMs: number): BusReply;
  /** The next signal that a match rule of ours lets through; undefined when none came in time. */
  nextBusSignal(bus: number, timeoutMs: number): BusSignal | undefined;
}

/**
 * A value of D-Bus by its signature: `y n q i u d` number, `x t` bigint, `b` boolean, `s o g` string, `ay` Uint8Array, `a…` array,
 * `(…)` and `{…}` an array of the members, `v` the pair of a signature and a value.
 */
export type BusValue = number | bigint | boolean | string | Uint8Array | readonly BusValue[];

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  /** One value for each complete type of the signature. */
  readonly body: readonly BusValue[];
}

/** `body`, or `error` (a D-Bus error name) and `message`. */
export interface BusReply {
  readonly body?: readonly BusValue[];
  readonly error?: string;
  readonly message?: string;
}

export interface BusSignal {
  /** The unique name of whoever sent it, which the daemon vouches for. */
  readonly sender?: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly BusValue[];
}

export interface SeccompArgument {
  readonly index: number;
  /** `SCMP_CMP_*` by libseccomp's number. */
  readonly op: number;
  readonly value: bigint;
  readonly valueTwo: bigint;
}

export interface SeccompRule {
  readonly names: readonly string[];
  /** The kernel's SECCOMP_RET_* action with its data. */
  readonly action: number;
  readonly args: readonly SeccompArgument[];
}

export interface SeccompRequest {
  readonly defaultAction: number;
  /** Names as libseccomp's seccomp_arch_resolve_name knows them; the native one is always added. */
  readonly architectures: readonly string[];
  readonly rules: readonly SeccompRule[];
  /** True: system calls newer than any in the profile (rules with the default action count) answer ENOSYS instead of the default action. */
  readonly enosys: boolean;
}

declare const HOIST_PROGRAM: boolean | undefined;

/** The absolute folder of the executable in the compiled program, dist/bin for Node: nothing is searched. */
export function programFolder(): string {
  if (typeof HOIST_PROGRAM !== 'undefined') {
    const program = process.execPath;
    return program.slice(0, program.lastIndexOf('/'));
  }
  const here = decodeURIComponent(new URL('.', import.meta.url).pathname);
  const root = here.slice(0, here.lastIndexOf(here.includes('/dist/lib/') ? '/dist/lib/' : '/src/'));
  return `${root}/dist/bin`;
}

const holder: { exports: unknown } = { exports: {} };
process.dlopen(holder, `${programFolder()}/hoist.node`);

/** The addon. */
export const native = holder.exports as Native;
