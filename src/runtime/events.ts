/** `events`: statistics of a container, once or again and again, and what the OOM killer does to it. */

import type { Cgroup } from '../cgroup/cgroup.ts';
import { watchOom } from '../cgroup/oom.ts';
import type { Stats } from '../cgroup/stats.ts';
import { statsV1 } from '../cgroup/stats-v1.ts';
import { statsV2 } from '../cgroup/stats-v2.ts';
import { RuntimeError } from '../errors.ts';
import { native } from '../host/native.ts';
import { ContainerFolder, type SavedState } from './container.ts';
import type { Context } from './context.ts';
import { existingGroups } from './existing.ts';
import { isAlive, openInit, statusOf } from './status.ts';

/** One line of `events`. */
export type ContainerEvent =
  | { readonly type: 'stats'; readonly id: string; readonly data: Stats }
  | { readonly type: 'oom'; readonly id: string };

export interface EventsRequest {
  readonly id: string;
  /** Between two statistics. */
  readonly intervalMs: number;
}

/** @throws RuntimeError NotFound; FailedPrecondition `container with id X is not running` */
export async function stats(context: Context, id: string): Promise<Stats> {
  const saved = running(context, id);
  return readStats(saved, await existingGroups(saved), await resctrlOf(saved));
}

/**
 * Reports events until the container ends: its first process, or all in its groups.
 *
 * @throws RuntimeError as `stats`; FailedPrecondition `memory controller missing`; what `report` throws
 */
export async function events(
  context: Context,
  { id, intervalMs }: EventsRequest,
  report: (event: ContainerEvent) => void,
): Promise<void> {
  const saved = running(context, id);
  const groups = await existingGroups(saved);
  const resctrl = await resctrlOf(saved);
  if (saved.rootless)
    context.log.warn("getting OOM notifications may fail if you don't have the full access to cgroups");
  const watch = watchOom(native, groups.version, groups.paths);
  /** @returns true when there is nobody left to report of */
  const tell = (): boolean => {
    const news = watch.news();
    for (const one of news) if (one === 'oom') report({ type: 'oom', id });
    return news.includes('gone');
  };
  const tick = () => {
    const data = tryStats(context, saved, groups, resctrl);
    if (data) report({ type: 'stats', id, data });
  };
  try {
    await untilEnd(saved, watch.descriptor, tell, intervalMs, tick);
    tell(); // of the kill that ended it
  } finally {
    watch.close();
  }
}

/** Calls `tell` when there is news and `tick` in between, until the first process ends or `tell` is true. */
async function untilEnd(
  saved: SavedState,
  descriptor: number,
  tell: () => boolean,
  intervalMs: number,
  tick: () => void,
): Promise<void> {
  const process = openInit(saved);
  if (process === undefined) return;
  const watched = new Set<number>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const once = (watchedDescriptor: number, action: () => void) => {
    const key = native.watch(watchedDescriptor, () => {
      watched.delete(key);
      action();
    });
    watched.add(key);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const guarded = (action: () => void) => () => {
        try {
          action();
        } catch (error) {
          reject(error);
        }
      };
      const listen = () =>
        once(
          descriptor,
          guarded(() => (tell() ? resolve() : listen())),
        );
      listen();
      once(process, resolve);
      timer = setInterval(guarded(tick), Math.max(intervalMs, 1));
    });
  } finally {
    clearInterval(timer);
    for (const key of watched) native.unwatch(key);
    native.close(process);
  }
}

function running(context: Context, id: string): SavedState {
  const folder = new ContainerFolder(context, id);
  const saved = folder.mustLoad();
  folder.demandOurs(); // what is watched is written to (cgroup.event_control)
  const status = statusOf(folder, saved);
  if (status !== 'stopped' && status !== 'creating') return saved;
  throw new RuntimeError('FailedPrecondition', `container with id ${id} is not running`);
}

/** Reads the statistics of the container's class of service. */
type Resctrl = () => Stats['intel_rdt'];

/** undefined for a container without one. @throws RuntimeError when resctrl is no longer mounted */
async function resctrlOf({ intel_rdt: place }: SavedState): Promise<Resctrl | undefined> {
  if (place === undefined) return undefined;
  const { findResctrl } = await import('../cgroup/resctrl.ts');
  const { resctrlStats } = await import('../cgroup/resctrl-stats.ts');
  const root = findResctrl(native);
  if (root !== undefined) return () => resctrlStats(native, root, place);
  throw new RuntimeError('FailedPrecondition', 'unable to get container Intel RDT stats: Intel RDT not available');
}

function readStats(saved: SavedState, { version, paths }: Cgroup, resctrl: Resctrl | undefined): Stats {
  try {
    const stats = version === 2 ? statsV2(native, paths[''], saved.rootless) : statsV1(native, paths);
    return resctrl === undefined ? stats : { ...stats, intel_rdt: resctrl() };
  } catch (error) {
    const words = `unable to get container cgroup stats: ${error instanceof Error ? error.message : String(error)}`;
    const detail = error instanceof RuntimeError ? error.detail : { stage: 'cgroup' };
    throw new RuntimeError('Internal', words, detail, error);
  }
}

/** In a stream one failure does not end the others. */
function tryStats(
  context: Context,
  saved: SavedState,
  groups: Cgroup,
  resctrl: Resctrl | undefined,
): Stats | undefined {
  try {
    return readStats(saved, groups, resctrl);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    if (isAlive(saved)) context.log.error(error.message);
    return undefined;
  }
}
