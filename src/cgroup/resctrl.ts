import { isSystemError, RuntimeError } from '../errors.ts';
import type { IntelRdt } from '../spec/types.ts';
import { type GroupNative, read, removeGroup } from './files.ts';
import type { LocationNative } from './host.ts';
import { unescapePath } from './location.ts';

// linux/magic.h
const RDTGROUP_SUPER_MAGIC = 0x7655821;
/** The kernel makes this folder where it knows resctrl; who mounts the file system may do so elsewhere. */
const USUAL = '/sys/fs/resctrl';

/** undefined is as good as absent. */
type Wanted = { readonly [Key in 'l3CacheSchema' | 'memBwSchema']?: string | undefined } & Pick<IntelRdt, 'schemata'>;

type ResctrlNative = GroupNative & LocationNative;

/** A container's class of service in resctrl (Intel RDT, AMD QoS; Documentation/filesystems/resctrl.rst), as state.json keeps it. */
export interface ClassOfService {
  /** Its directory. */
  readonly path: string;
  /** The container's own monitoring group. */
  readonly monitor?: string;
  /** The directory is ours to remove. */
  readonly made: boolean;
}

/** Where resctrl is mounted; undefined when the kernel has none, or nobody has mounted it. */
export function findResctrl(native: LocationNative): string | undefined {
  let type: number;
  try {
    type = native.fileSystem(USUAL);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  return type === RDTGROUP_SUPER_MAGIC ? USUAL : resctrlMount(native.readFile('/proc/self/mountinfo'));
}

/** The first mount of resctrl in a mountinfo file. proc_pid_mountinfo(5). */
export function resctrlMount(mountinfo: string): string | undefined {
  const line = mountinfo.split('\n').find((one) => one.includes(' - resctrl '));
  return line === undefined ? undefined : unescapePath(line.split(' ')[4] ?? '');
}

/**
 * The class that a configuration asks for. Nothing is made.
 *
 * @param root where resctrl is mounted, or undefined
 * @throws RuntimeError with runc's words for what this host cannot do
 */
export function classOfService(
  native: ResctrlNative,
  root: string | undefined,
  id: string,
  rdt: IntelRdt,
): ClassOfService {
  if (root === undefined) throw refusal('intelRdt is specified in config, but Intel RDT is not enabled');
  demandFeature(
    native,
    root,
    'L3',
    rdt.l3CacheSchema,
    'intelRdt.l3CacheSchema is specified in config, but Intel RDT/CAT is not enabled',
  );
  demandFeature(
    native,
    root,
    'MB',
    rdt.memBwSchema,
    'intelRdt.memBwSchema is specified in config, but Intel RDT/MBA is not enabled',
  );
  const { closID = '' } = rdt;
  const path = closID === '/' ? root : `${root}/${closID === '' ? id : closID}`;
  const there = native.stat(path) !== undefined;
  if (closID !== '' && schemataOf(rdt) === '' && !there) {
    const why = 'clos dir not accessible (must be pre-created when schemata, l3CacheSchema and memBwSchema are empty)';
    throw new RuntimeError('NotFound', `${why}: stat ${path}: no such file or directory`, { stage: 'intelRdt', path });
  }
  return {
    path,
    ...(rdt.enableMonitoring ? { monitor: `${path}/mon_groups/${id}` } : {}),
    // A class that has a name of its own is somebody's, or shared: it stays (runc's rule).
    made: closID === '' && !there,
  };
}

/** @throws RuntimeError FailedPrecondition with `words` when something is asked of a part of RDT that this host does not have. */
export function demandFeature(
  native: Pick<LocationNative, 'stat'>,
  root: string | undefined,
  feature: 'L3' | 'MB',
  asked: string | undefined,
  words: string,
): void {
  if (!asked || (root !== undefined && native.stat(`${root}/info/${feature}`) !== undefined)) return;
  throw refusal(words);
}

function refusal(words: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', words, {
    stage: 'intelRdt',
    hint: `the processor and the kernel must support it, and resctrl must be mounted (mount -t resctrl resctrl ${USUAL})`,
  });
}

/**
 * Makes what is missing, moves a process in and sets the schemata. On failure the caller calls `leave`.
 *
 * @throws RuntimeError with the kernel's own explanation (info/last_cmd_status)
 */
export function enter(native: ResctrlNative, place: ClassOfService, rdt: IntelRdt, pid: number): void {
  const { path, monitor } = place;
  explained(native, `intelrdt: unable to create ${path}`, () => native.mkdir(path, 0o755));
  addTask(native, path, pid);
  if (monitor !== undefined) {
    explained(native, `intelrdt: unable to create ${monitor}`, () => native.mkdir(monitor, 0o755));
    addTask(native, monitor, pid);
  }
  setSchemata(native, place, schemataOf(rdt));
}

/** Moves one more process in. */
export function join(native: ResctrlNative, place: ClassOfService, pid: number): void {
  addTask(native, place.path, pid);
  if (place.monitor !== undefined) addTask(native, place.monitor, pid);
}

/** @returns what sets the schemata back to what they were. @throws RuntimeError */
export function change(native: ResctrlNative, place: ClassOfService, wanted: Omit<Wanted, 'schemata'>): () => void {
  const before = native.readFile(`${place.path}/schemata`);
  setSchemata(native, place, schemataOf(wanted));
  return () => native.writeFile(`${place.path}/schemata`, before);
}

/** Removes what is the container's own. @throws SystemError */
export function leave(native: ResctrlNative, place: ClassOfService): void {
  if (place.made) removeGroup(native, place.path);
  else if (place.monitor !== undefined) removeGroup(native, place.monitor);
}

/** The lines of a schemata file, each with its line break; empty when nothing is asked. */
function schemataOf({ l3CacheSchema, memBwSchema, schemata = [] }: Wanted): string {
  const lines = [l3CacheSchema, memBwSchema, ...schemata].filter(Boolean);
  return lines.map((line) => `${line}\n`).join('');
}

function setSchemata(native: ResctrlNative, { path }: ClassOfService, text: string): void {
  if (text === '') return;
  const words = `intelrdt: unable to write ${JSON.stringify(text)}`;
  explained(native, words, () => native.writeFile(`${path}/schemata`, text));
}

function addTask(native: ResctrlNative, path: string, pid: number): void {
  explained(native, `intelrdt: unable to add pid ${pid}`, () => native.writeFile(`${path}/tasks`, String(pid)));
}

/** resctrl says in a file what was wrong with the last command. */
function explained(native: ResctrlNative, words: string, action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const root = findResctrl(native);
    const status = root === undefined ? undefined : read(native, `${root}/info/last_cmd_status`)?.trim();
    const text = `${words}: ${error.message}${status === undefined ? '' : `, last_cmd_status: ${status}`}`;
    const detail = { stage: 'intelRdt', syscall: error.syscall, errno: error.code, path: error.path };
    throw new RuntimeError('Internal', text, detail, error);
  }
}
