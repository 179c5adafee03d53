import { HOOK_KINDS } from '../enums.ts';
import type { Findings } from '../issues.ts';
import type { Spec } from '../types.ts';
import type { Context } from './context.ts';
import { checkMountMappings } from './mappings.ts';

/** root and mounts; what the options mean is the plan's business. */
export function checkRoot(spec: Spec, findings: Findings): void {
  if (spec.root.path === '') findings.issue('root.path', 'must not be empty');
}

export function checkMounts(spec: Spec, findings: Findings, context: Context): void {
  for (const [i, mount] of (spec.mounts ?? []).entries()) {
    const path = `mounts[${i}]`;
    if (mount.destination === '') findings.issue(`${path}.destination`, 'must not be empty');
    else if (!mount.destination.startsWith('/')) {
      const reason = 'relative destination path is **deprecated**, using it as relative to /';
      findings.warn(`${path}.destination`, reason);
    }
    checkMountMappings(mount, path, findings, context);
  }
}

/** Hooks (spec: config.md, POSIX-platform Hooks). */
export function checkHooks(spec: Spec, findings: Findings): void {
  for (const kind of HOOK_KINDS) {
    for (const [i, { path }] of (spec.hooks?.[kind] ?? []).entries()) {
      if (!path.startsWith('/')) findings.issue(`hooks.${kind}[${i}].path`, 'must be an absolute path');
    }
  }
}
