/**
 * What containerd's callers may set for the runtime (`ctr run --runc-…`, CRI's `options` table, docker's `runtimes`): two messages, and TOML
 * inside one of them. It comes to `start` for the shim, and with each Create for the task.
 */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { Options, RuntimeOptions } from '../proto/options.js';

/** How many containers share a shim. */
export type Grouping = 'container' | 'pod' | 'namespace';

/** Everything is there: what was not set is empty, 0 or false. */
export interface ShimOptions {
  /** The state root, to which the namespace is added. */
  readonly root: string;
  readonly systemdCgroup: boolean;
  readonly noPivotRoot: boolean;
  readonly noNewKeyring: boolean;
  /** Owner of the pipes of a container without terminal. */
  readonly ioUid: number;
  readonly ioGid: number;
  /** A cgroup for the shim itself. */
  readonly shimCgroup: string;
  readonly criuImagePath: string;
  readonly criuWorkPath: string;
  readonly grouping: Grouping | '';
}

/** google.protobuf.Any. */
export interface AnyMessage {
  readonly typeUrl?: string | null;
  readonly value?: Uint8Array | null;
}

/** What was asked for that means nothing here. */
export type Ignored = (what: string) => void;

/** Not runc's own folder (/run/containerd/runc): two runtimes must not find each other's containers. */
export const DEFAULT_ROOT = '/run/containerd/hoist';
const OPTIONS = 'containerd.runc.v1.Options';
const RUNTIME_OPTIONS = 'runtimeoptions.v1.Options';
/** Of containerd's first shim: what ctr 1.6 and 1.7 send to every runtime whose name they do not know. */
const LINUX_OPTIONS = 'containerd.linux.runc.CreateOptions';
const FILE = 'options.json';

const NONE: ShimOptions = {
  root: DEFAULT_ROOT,
  systemdCgroup: false,
  noPivotRoot: false,
  noNewKeyring: false,
  ioUid: 0,
  ioGid: 0,
  shimCgroup: '',
  criuImagePath: '',
  criuWorkPath: '',
  grouping: '',
};

/**
 * @param any the options as they were sent; without any, or with an empty value, all are unset
 * @param ignored is told of settings without effect
 * @throws RuntimeError InvalidArgument for another kind of message (in Go's words), or TOML that is wrong
 */
export function readOptions(
  any: AnyMessage | null | undefined,
  ignored: Ignored = () => {},
): ShimOptions | Promise<ShimOptions> {
  const url = any?.typeUrl ?? '';
  const value = any?.value ?? new Uint8Array();
  if (url === '' && value.length === 0) return NONE;
  const type = typeOf(any);
  if (type === OPTIONS) return fromRunc(decode(Options, value), ignored);
  if (type === RUNTIME_OPTIONS) return fromToml(decode(RuntimeOptions, value), ignored);
  if (type === LINUX_OPTIONS) return fromLinux(value);
  throw new RuntimeError('InvalidArgument', `type with url ${url}: not found`, {
    stage: 'options',
    hint: `the runtime's options must be ${OPTIONS} or ${RUNTIME_OPTIONS}`,
  });
}

/** Whether a message is one that `readOptions` takes. */
export function isOptions(any: AnyMessage | null | undefined): boolean {
  const type = typeOf(any);
  return type === OPTIONS || type === RUNTIME_OPTIONS || type === LINUX_OPTIONS;
}

function typeOf(any: AnyMessage | null | undefined): string {
  const url = any?.typeUrl ?? '';
  return url.slice(url.lastIndexOf('/') + 1);
}

function decode<Message>(type: { decode(bytes: Uint8Array): Message }, value: Uint8Array): Message {
  try {
    return type.decode(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeError('InvalidArgument', `cannot decode the runtime's options: ${reason}`, { stage: 'options' });
  }
}

function fromRunc(options: Options, ignored: Ignored): ShimOptions {
  if (options.binaryName !== '') ignored(`BinaryName ${options.binaryName}: containers run in this program`);
  const { systemdCgroup, noPivotRoot, noNewKeyring, ioUid, ioGid, shimCgroup, criuImagePath, criuWorkPath } = options;
  return {
    root: options.root || DEFAULT_ROOT,
    systemdCgroup,
    noPivotRoot,
    noNewKeyring,
    ioUid,
    ioGid,
    shimCgroup,
    criuImagePath,
    criuWorkPath,
    grouping: '',
  };
}

async function fromLinux(value: Uint8Array): Promise<ShimOptions> {
  const { CreateOptions } = await import('../proto/options-linux.js');
  const { noPivotRoot, noNewKeyring, ioUid, ioGid, shimCgroup, criuImagePath, criuWorkPath } = decode(
    CreateOptions,
    value,
  );
  return { ...NONE, noPivotRoot, noNewKeyring, ioUid, ioGid, shimCgroup, criuImagePath, criuWorkPath };
}

async function fromToml({ configPath, configBody }: RuntimeOptions, ignored: Ignored): Promise<ShimOptions> {
  const { parseOptions } = await import('./options-toml.ts');
  const file = configPath === '' ? {} : parseOptions(native.readFile(configPath), configPath, ignored);
  const body = configBody.length === 0 ? {} : parseOptions(new TextDecoder().decode(configBody), 'ConfigBody', ignored);
  const given = { ...NONE, ...file, ...body };
  return given.root === '' ? { ...given, root: DEFAULT_ROOT } : given;
}

/** Puts the options of a task into its bundle, where `delete` finds them when the shim is gone. */
export function saveOptions(bundle: string, options: ShimOptions): void {
  native.replaceFile(`${bundle}/${FILE}`, JSON.stringify(options), 0o600);
}

/** The defaults where nothing was saved. */
export function savedOptions(bundle: string): ShimOptions {
  const bytes = native.readBytes(`${bundle}/${FILE}`);
  return bytes === undefined ? NONE : { ...NONE, ...JSON.parse(new TextDecoder().decode(bytes)) };
}
