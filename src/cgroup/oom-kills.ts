import { type GroupNative, readKey } from './files.ts';

/** How many processes the kernel's OOM killer ended in a group; 0 when unknown. @param paths of state.json */
export function oomKills(native: GroupNative, paths: Readonly<Record<string, string>>): number {
  if (paths.memory !== undefined) return readKey(native, `${paths.memory}/memory.oom_control`, 'oom_kill');
  const unified = paths[''];
  return unified === undefined ? 0 : readKey(native, `${unified}/memory.events`, 'oom_kill');
}
