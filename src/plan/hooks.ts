/** Hooks that hoist-init runs itself (spec: config.md, POSIX-platform Hooks). */

import type { Hook, Process, Spec } from '../spec/types.ts';
import { HOOK_WHEN, type Operation, SYNC_HOW, SYNC_POINTS } from './operations.ts';
import { executeOperation } from './process.ts';

const MILLISECONDS = 1000;

/** The parent runs prestart and createRuntime when it is told that the mounts stand; createContainer hooks run here, before the root is changed. */
export function addCreateHooks(to: Operation[], spec: Spec): void {
  const { prestart = [], createRuntime = [], createContainer = [] } = spec.hooks ?? {};
  if (prestart.length + createRuntime.length + createContainer.length === 0) return;
  to.push({ op: 'sync', point: SYNC_POINTS.hooks, how: SYNC_HOW.notify + SYNC_HOW.wait });
  addHooks(to, createContainer, HOOK_WHEN.createContainer, { env: [], how: 0 });
}

/** Inside the container, after `start`, with its environment, HOME included, where the hook has none of its own (as in runc). */
export function addStartHooks(to: Operation[], spec: Spec, process: Process): void {
  addHooks(to, spec.hooks?.startContainer ?? [], HOOK_WHEN.startContainer, executeOperation(process));
}

interface Environment {
  readonly env: readonly string[];
  readonly how: number | bigint;
}

function addHooks(to: Operation[], hooks: readonly Hook[], when: number, inherited: Environment): void {
  for (let index = 0; index < hooks.length; index++) {
    const { path, args, env = [], timeout = 0 } = hooks[index] as Hook;
    const environment = env.length > 0 ? { env, how: 0 } : { env: inherited.env, how: inherited.how };
    const argv = args && args.length > 0 ? args : [path];
    to.push({ op: 'hook', when, index, path, args: argv, timeout: timeout * MILLISECONDS, ...environment });
  }
}
