import { HOOK_KINDS } from '../enums.ts';
import type { Findings } from '../issues.ts';
import type { IdMapping, Mount, Spec } from '../types.ts';
import type { Context } from './context.ts';
import { checkMountMappings } from './mappings.ts';
import { namespacePath } from './namespaces.ts';

/** root and mounts; what the options mean is the plan's business. */
export function checkRoot(spec: Spec, findings: Findings): void {
  if (spec.root.path === '') findings.issue('root.path', 'must not be empty');
}

export function checkMounts(spec: Spec, findings: Findings, context: Context): void {
  // Indexed loops here and beside: the engine compiles forEach at its first use, which takes 70 µs of every start.
  const mounts = spec.mounts ?? [];
  for (let i = 0; i < mounts.length; i++) {
    const mount = mounts[i] as Mount;
    if (mount.destination === '') findings.issue(`mounts[${i}].destination`, 'must not be empty');
    else if (!mount.destination.startsWith('/')) {
      const reason = 'relative destination path is **deprecated**, using it as relative to /';
      findings.warn(`mounts[${i}].destination`, reason);
    }
    if (mount.uidMappings || mount.gidMappings) checkMountMappings(mount, `mounts[${i}]`, findings, context);
    if (context.rootless) checkOwnerOptions(mount, `mounts[${i}].options`, spec, findings);
  }
}

/** `uid=` and `gid=` of a file system, where the kernel would answer with a bare EINVAL (runc: validate.rootlessEUIDMount). */
function checkOwnerOptions({ options = [] }: Mount, path: string, { linux }: Spec, findings: Findings): void {
  if (linux === undefined || namespacePath(linux, 'user') !== '') return;
  for (const option of options) {
    const kind = option.startsWith('uid=') ? 'uid' : option.startsWith('gid=') ? 'gid' : undefined;
    const id = Number(option.slice(4));
    if (kind === undefined || !Number.isInteger(id) || isMapped(id, linux[`${kind}Mappings`])) continue;
    const reason = `user namespaces enabled, but no mapping found for ${kind} ${id}`;
    findings.issue(path, `cannot specify ${option} mount option for rootless container: ${reason}`);
  }
}

function isMapped(id: number, mappings: readonly IdMapping[] = []): boolean {
  return mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size);
}

/** Hooks (spec: config.md, POSIX-platform Hooks). */
export function checkHooks(spec: Spec, findings: Findings): void {
  const { hooks } = spec;
  if (hooks === undefined) return;
  for (const kind of HOOK_KINDS) {
    const list = hooks[kind] ?? [];
    for (let i = 0; i < list.length; i++) {
      if (!list[i]?.path.startsWith('/')) findings.issue(`hooks.${kind}[${i}].path`, 'must be an absolute path');
    }
  }
}
