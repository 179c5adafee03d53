/** `mounts add` and `mounts remove`: mounts of a container that runs already, as crun has them. */

import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { addition, type LiveMounts, removal } from '../plan/live-mounts.ts';
import { isBind } from '../plan/mounts.ts';
import type { Request } from '../plan/plan.ts';
import { issuesText } from '../spec/issues.ts';
import { JsonError, parse } from '../spec/parse.ts';
import type { Mount, NamespaceType } from '../spec/types.ts';
import { validate } from '../spec/validate.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { STDIO } from './hand-out.ts';
import { Newborn } from './newborn.ts';
import { probeCgroups, probeHost } from './probe.ts';
import { openSlots } from './slots.ts';
import { openInit } from './status.ts';

/**
 * Mounts in order, each visible at once. When one fails those before it stay.
 * @throws RuntimeError NotFound, FailedPrecondition `container not running`, InvalidArgument; what a birth says when a mount fails
 */
export async function addMounts(context: Context, id: string, mounts: readonly Mount[]): Promise<void> {
  const { state, types } = find(context, id);
  for (const mount of mounts) {
    const { destination, type } = mount;
    // We stay in the host's pid namespace, and it would show that.
    if (type === 'proc' && types.includes('pid') && !isBind(mount))
      throw refusal(`mount of ${destination}: a new proc would show the host's processes`);
    if (type === 'cgroup') throw refusal(`mount of ${destination}: cgroups cannot be mounted in a running container`);
  }
  const host = probeHost(probeCgroups());
  if (host.euid !== 0 || host.inUserNamespace) {
    const text = 'mounts of a running container need root of the host: its sources are opened outside of the container';
    throw new RuntimeError('PermissionDenied', text, { stage: 'mounts' });
  }
  await perform(context, state, addition([...mounts], types, host, request(state, id)));
}

/**
 * Takes the topmost mount at each place away; whoever uses it keeps it until the end of that.
 * @throws RuntimeError as addMounts
 */
export async function removeMounts(context: Context, id: string, destinations: readonly string[]): Promise<void> {
  const { state, types } = find(context, id);
  await perform(context, state, removal(destinations, types));
}

/**
 * The mounts of a file: an array, or an object with the member `mounts`, such as config.json.
 * @param source for messages: the file's path
 * @throws RuntimeError InvalidArgument with every problem and its path in one line
 */
export function parseMounts(text: string, source: string): Mount[] {
  const detail = { stage: 'config', path: source };
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RuntimeError('InvalidArgument', `mounts are no valid JSON: ${error.message}`, detail);
  }
  const mounts = Array.isArray(value) ? value : (value as { mounts?: unknown } | null)?.mounts;
  if (!Array.isArray(mounts)) throw new RuntimeError('InvalidArgument', 'mounts must be an array', detail);
  const verdict = validate({ ociVersion: '1.0.0', root: { path: '/' }, mounts }, { processRequired: false });
  if (verdict.value) return verdict.value.mounts ?? [];
  throw new RuntimeError('InvalidArgument', issuesText(verdict.issues, 'mounts'), detail);
}

function find(context: Context, id: string): { state: SavedState; types: readonly NamespaceType[] } {
  const folder = new ContainerFolder(context, id);
  const state = folder.mustLoad();
  folder.demandOurs();
  const types = state.joining?.namespaces;
  if (!types) throw refusal('container not running');
  if (types.includes('mount')) return { state, types };
  throw refusal("the container has no mount namespace of its own: its mounts are the host's");
}

async function perform(
  context: Context,
  state: SavedState,
  { slots, operations, warnings }: LiveMounts,
): Promise<void> {
  for (const warning of warnings) context.log.warn(warning);
  const init = openInit(state);
  if (init === undefined) throw refusal('container not running');
  const opened = [init];
  try {
    opened.unshift(...openSlots(slots, ''));
    const own = { oomScore: undefined, cloneFlags: 0, cgroup: -1, preserved: 0 };
    const helper = new Newborn(context, {
      ...own,
      operations,
      slots: opened,
      stdio: STDIO,
      oomKilled: () => undefined,
    });
    try {
      await helper.released();
    } finally {
      helper.end();
    }
  } finally {
    for (const descriptor of opened) native.close(descriptor);
  }
}

function request({ bundle, rootfs }: SavedState, id: string): Request {
  const nothing = { noPivot: false, noNewKeyring: true, fifo: false, setgroupsDenied: false, seccomp: undefined };
  return { ...nothing, id, rootfs, bundle, cgroupPaths: {}, callersCgroups: [] };
}

function refusal(text: string): RuntimeError {
  return new RuntimeError('FailedPrecondition', text, { stage: 'mounts' });
}
