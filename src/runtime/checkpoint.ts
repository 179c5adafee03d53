/** `checkpoint`: criu saves the state of a running container to files. */

import { RuntimeError } from '../errors.ts';
import { isInherited } from '../host/launch.ts';
import { native } from '../host/native.ts';
import { refuseIdMapped } from '../plan/restore.ts';
import { criu_req_type as Type } from '../proto/criu.js';
import type { Linux } from '../spec/types.ts';
import { type Bundle, loadBundle } from './bundle.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { writeDescriptors } from './criu/descriptors.ts';
import { externalMountMap, externalNamespaces, freezerGroup } from './criu/dump.ts';
import { quoteErrors, withLog } from './criu/log.ts';
import {
  type CriuOptions,
  type CriuRequest,
  closeFolders,
  type Folders,
  openFolders,
  sharedOptions,
} from './criu/request.ts';
import { refuseRootless } from './criu/rootless.ts';
import { Criu, type Notification } from './criu/service.ts';
import { destroy } from './delete.ts';
import { existingGroups } from './existing.ts';
import { statusOf } from './status.ts';

const PRIVATE = 0o700;
const SEARCHABLE_BY_GROUP = 0o710;
const WRITE_ONLY = 1;
/** The first version that tells us when its page server listens; before, it wrote to the descriptor itself. */
const TELLS_READY = 31500;

export interface CheckpointRequest extends CriuRequest {
  /** The container goes on afterwards. */
  readonly leaveRunning?: boolean | undefined;
  /** Only the memory, of a container that goes on, for a later checkpoint with this one as its parent. */
  readonly preDump?: boolean | undefined;
  /** Path of the pre-dump, relative to `imagePath`. */
  readonly parentPath?: string | undefined;
  readonly tcpSkipInFlight?: boolean | undefined;
  readonly linkRemap?: boolean | undefined;
  /** A descriptor that gets a NUL once the page server of `lazyPages` listens, and is closed then. */
  readonly statusFd?: number | undefined;
  /** Where memory goes instead of the images; with `lazyPages`: where it is to be fetched. */
  readonly pageServer?: { readonly address: string; readonly port: number } | undefined;
}

/**
 * Unless it is left running, the container is gone afterwards, cgroups, state and all; its poststop hooks run.
 * @throws RuntimeError NotFound, FailedPrecondition; the container runs on then
 */
export async function checkpoint(context: Context, request: CheckpointRequest): Promise<void> {
  refuseRootless('checkpoint');
  const folder = new ContainerFolder(context, request.id);
  const state = folder.mustLoad();
  folder.demandOurs();
  const status = statusOf(folder, state);
  if (status !== 'running' && status !== 'paused') {
    throw new RuntimeError('FailedPrecondition', `Container cannot be checkpointed in ${status} state`);
  }
  const bundle = loadBundle(context, state.bundle, true);
  refuseIdMapped(bundle.spec);
  makeImageFolder(request.imagePath, bundle.spec.linux);
  checkParent(request);
  const folders = openFolders(request, 'dump.log');
  try {
    await dump(context, request, { bundle, state, folders, paused: status === 'paused' });
  } finally {
    closeFolders(folders);
  }
  if (request.leaveRunning || request.preDump) return;
  try {
    await destroy(context, folder, state, await existingGroups(state));
  } catch (error) {
    context.log.warn(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Nobody but root may look at what a container had in its memory. The root of its user namespace must be able to open the files that criu
 * restores it from, by their names.
 */
function makeImageFolder(path: string, { namespaces, gidMappings = [] }: Linux = {}): void {
  if (native.stat(path) !== undefined) return;
  native.mkdirAll(path, PRIVATE);
  const root = gidMappings.find(({ containerID }) => containerID === 0);
  if (!root || !namespaces?.some(({ type }) => type === 'user')) return;
  native.chown(path, native.ids().euid, root.hostID);
  native.chmod(path, SEARCHABLE_BY_GROUP);
}

/** criu follows the path from the images, and says little when it is wrong. */
function checkParent({ imagePath, parentPath }: CheckpointRequest): void {
  if (!parentPath) return;
  if (parentPath.startsWith('/')) throw new RuntimeError('InvalidArgument', '--parent-path must be relative');
  const path = `${imagePath}/${parentPath}`;
  const kind = native.stat(path)?.kind;
  if (kind === 'directory') return;
  const why = kind === undefined ? 'no such file or directory' : 'not a directory';
  throw new RuntimeError('InvalidArgument', `invalid --parent-path: stat ${path}: ${why}`, { path });
}

interface Subject {
  readonly bundle: Bundle;
  readonly state: SavedState;
  readonly folders: Folders;
  readonly paused: boolean;
}

async function dump(context: Context, request: CheckpointRequest, subject: Subject): Promise<void> {
  const { state, folders, paused } = subject;
  const criu = new Criu(context, { input: '' });
  let asked = false;
  try {
    const version = await criu.version();
    const options = await dumpOptions(context, request, subject, version);
    if (request.preDump) await criu.demand('memTrack', 'MemTrack');
    if (request.lazyPages) await criu.demand('lazyPages', 'LazyPages');
    if (!request.preDump) writeDescriptors(request.imagePath, state.external_descriptors ?? []);
    asked = true;
    const type = request.preDump ? Type.PRE_DUMP : Type.DUMP;
    await criu.perform({ type, opts: options }, (notification) => tellReady(context, request, version, notification));
  } catch (error) {
    await criu.abandon();
    // A criu that was killed leaves the processes frozen.
    if (asked && !paused) (await existingGroups(state)).thaw();
    const first = asked ? quoteErrors(context, folders.log) : undefined;
    throw first === undefined ? error : withLog(error, folders.log, first);
  }
}

async function dumpOptions(
  context: Context,
  request: CheckpointRequest,
  { bundle, state, folders }: Subject,
  version: number,
): Promise<CriuOptions> {
  const { linux, annotations } = bundle.spec;
  const pid = state.init_process_pid;
  const freezeCgroup = freezerGroup(await existingGroups(state), version);
  checkStatusDescriptor(context, request);
  return {
    ...sharedOptions(request, folders, annotations),
    root: state.rootfs,
    pid,
    leaveRunning: request.leaveRunning === true,
    tcpSkipInFlight: request.tcpSkipInFlight === true,
    linkRemap: request.linkRemap === true,
    external: externalNamespaces(linux, pid, version),
    ...(freezeCgroup === undefined ? {} : { freezeCgroup }),
    ...(request.pageServer ? { ps: request.pageServer } : {}),
    ...(request.parentPath ? { parentImg: request.parentPath, trackMem: true } : {}),
    ...(request.lazyPages && version < TELLS_READY && request.statusFd !== undefined
      ? { statusFd: request.statusFd }
      : {}),
    ...(request.preDump ? {} : { extMnt: await externalMountMap(context, bundle, pid) }),
  };
}

/** runc looks at it only when it is used. */
function checkStatusDescriptor(context: Context, { lazyPages, statusFd }: CheckpointRequest): void {
  if (!lazyPages || statusFd === undefined) return;
  const given = context.inherited === undefined || statusFd < 3 || isInherited(context.inherited, statusFd);
  const flags = given ? native.fcntlGetFlags(statusFd) : undefined;
  const why = flags === undefined ? 'bad file descriptor' : (flags & WRITE_ONLY) === 0 ? 'not writable' : undefined;
  if (why === undefined) return;
  throw new RuntimeError('InvalidArgument', `invalid --status-fd argument ${statusFd}: ${why}`);
}

function tellReady(context: Context, { statusFd }: CheckpointRequest, version: number, { script }: Notification): void {
  context.log.debug(`notify: ${script}`);
  if (script !== 'status-ready' || statusFd === undefined || version < TELLS_READY) return;
  try {
    native.write(statusFd, '\0');
  } catch (error) {
    context.log.warn(`can't write \\0 to status fd: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Whoever waits for the end of it waits for us.
  native.close(statusFd);
}
