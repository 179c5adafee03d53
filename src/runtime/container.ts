/** A container's folder under the state root: its name, its state.json, its exec fifo, its lock. */

import type { ClassOfService } from '../cgroup/resctrl.ts';
import { isSystemError, RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import type { Joining } from '../plan/exec-opening.ts';
import type { Operation } from '../plan/operations.ts';
import type { Hooks } from '../spec/types.ts';
import type { Context } from './context.ts';

const MAX_ID = 1024;
const O_DIRECTORY = 0o200000;
const O_NOFOLLOW = 0o400000;
const PRIVATE = 0o700;
const EXEC_FIFO_MODE = 0o622;
const PLAIN_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-';

/** state.json. Keys are runc's where runc has them: other programs read this file. */
export interface SavedState {
  readonly version: 1;
  readonly id: string;
  /** 0 until the process is born. */
  readonly init_process_pid: number;
  /** Start time in clock ticks since boot, as text (/proc/pid/stat, field 22): a pid alone may be reused. */
  readonly init_process_start: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly owner: number;
  readonly rootless: boolean;
  readonly annotations?: Record<string, string>;
  readonly cgroup_paths: Record<string, string>;
  /** systemd made the groups, and this is the unit: the user's own systemd, when rootless. */
  readonly systemd_unit?: string;
  /** linux.intelRdt: its class of service in resctrl. */
  readonly intel_rdt?: ClassOfService;
  /** Has no pid namespace of its own: its processes are found through the cgroup only. */
  readonly shares_pid_namespace: boolean;
  readonly hooks?: Pick<Hooks, 'poststart' | 'poststop'>;
  /** What processes that join the container get from it; there once its process is born. */
  readonly joining?: Joining;
  /** What stdin, stdout and stderr were (`pipe:[1234]`); absent with a terminal. For a later checkpoint. */
  readonly external_descriptors?: readonly string[];
  /** What hoist-init does after `start`, so that a failure there can be put into words; `first` is the index in the plan. */
  readonly after_start?: { readonly first: number; readonly operations: readonly Operation[] };
}

/** The folder of one container. It exists from the first step of `create` to the last of `delete`. */
export class ContainerFolder {
  readonly id: string;
  readonly path: string;
  private readonly root: string;

  /** @throws RuntimeError InvalidArgument for an id that is no plain name (`../x` and the like) */
  constructor(context: Context, id: string) {
    checkId(id);
    this.id = id;
    this.root = context.root;
    this.path = `${context.root}/${id}`;
  }

  get fifo(): string {
    return `${this.path}/exec.fifo`;
  }

  /** The folder of the socket at which the container says that it is ready. */
  get notify(): string {
    return `${this.path}/notify`;
  }

  private get file(): string {
    return `${this.path}/state.json`;
  }

  /** @throws RuntimeError AlreadyExists */
  create(context: Context): void {
    native.mkdirAll(context.root, PRIVATE);
    if (!native.mkdir(this.path, PRIVATE))
      throw new RuntimeError('AlreadyExists', 'container with given ID already exists');
  }

  /** Atomic: a reader sees the old state or the new one. */
  save(state: SavedState): void {
    native.replaceFile(this.file, JSON.stringify(state), 0o600);
  }

  /** The container's seccomp filter, for processes that join it: the cache may have forgotten it by then. */
  saveFilter(filter: Uint8Array): void {
    native.createFile(`${this.path}/seccomp`, filter, 0o600);
  }

  /** @throws RuntimeError when it is gone: nothing may run without it */
  loadFilter(): Uint8Array {
    const path = `${this.path}/seccomp`;
    const filter = native.readBytes(path);
    if (filter) return filter;
    throw new RuntimeError('Internal', "the container's seccomp filter is gone", { stage: 'seccomp', path });
  }

  /** undefined when there is a folder but no state: its maker was killed in its first steps. */
  load(): SavedState | undefined {
    try {
      return JSON.parse(native.readFile(this.file)) as SavedState;
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
      if (native.lstat(this.path)?.kind === 'directory') return undefined;
      throw new RuntimeError('NotFound', 'container does not exist');
    }
  }

  /** @throws RuntimeError NotFound when there is no state */
  mustLoad(): SavedState {
    const state = this.load();
    if (!state) throw new RuntimeError('NotFound', 'container does not exist');
    return state;
  }

  /**
   * To be asked before anything is done that state.json says: it names hooks to execute, processes to kill, groups to remove. Whoever
   * can write it would have them done by us (root at work in a state root of a user's).
   *
   * @throws RuntimeError PermissionDenied when the file is somebody else's
   */
  demandOurs(): void {
    const { euid } = native.ids();
    // Where the root is somebody else's, they can put another container's folder in the place of this one.
    const root = native.stat(this.root);
    const file = native.lstat(this.file);
    if (root === undefined || file === undefined) return;
    const stranger = root.uid !== euid && root.uid !== 0 ? root : file.uid !== euid ? file : undefined;
    if (stranger === undefined && file.kind === 'file') return;
    const owner = stranger === undefined ? file.uid : stranger.uid;
    throw new RuntimeError('PermissionDenied', `container ${this.id} belongs to user ${owner}, not to us (${euid})`, {
      stage: 'state',
      path: this.file,
      hint: 'its state could make this command do anything: call hoist as the user who created the container',
    });
  }

  /** Held by `create` and `start` while they work; the kernel lets go of it when the holder dies. */
  lock(wait: boolean): number | undefined {
    const descriptor = native.open(this.path, O_DIRECTORY + O_NOFOLLOW);
    if (native.lock(descriptor, true, wait)) return descriptor;
    native.close(descriptor);
    return undefined;
  }

  /** True while somebody holds the lock. */
  isBusy(): boolean {
    const descriptor = this.lock(false);
    if (descriptor === undefined) return true;
    native.close(descriptor);
    return false;
  }

  /** For any user of the container to open: the folder keeps everybody else out. */
  makeFifo(): void {
    native.mkfifo(this.fifo, EXEC_FIFO_MODE);
    // Again: our umask took bits away.
    native.chmod(this.fifo, EXEC_FIFO_MODE);
  }

  isWaitingForStart(): boolean {
    return native.lstat(this.fifo) !== undefined;
  }

  remove(): void {
    native.removeAll(this.path);
  }
}

function checkId(id: string): void {
  if (id.length > 0 && id.length <= MAX_ID && id !== '.' && id !== '..' && isPlain(id)) return;
  throw new RuntimeError('InvalidArgument', `invalid container ID format: ${JSON.stringify(id).slice(0, 80)}`);
}

/** runc's rule, `[\w+.-]+`, without a regular expression: every command would pay 60 µs for it. */
function isPlain(id: string): boolean {
  for (const letter of id) if (!PLAIN_LETTERS.includes(letter)) return false;
  return true;
}
