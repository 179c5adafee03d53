/** What hoist owes runc: every spec that passes with runc of the same containerd passes with hoist. */
import type { Column } from './column.ts';
import { isAskedForFeatures } from './handlers.ts';

/** A spec that passes with runc and not here. */
export interface Difference {
  readonly column: Column;
  readonly spec: string;
  readonly result: 'fail' | 'skip' | 'missing';
  readonly reason: string;
  /** It stands to reason: containerd itself did not let the spec try. */
  readonly isExcused: boolean;
}

/** The reason with which critest skips a spec when containerd does not know what the runtime can do. */
const unasked = /no runtime handler found which supports user namespaces|does not implement recursive readonly mounts/;

function differencesOf(column: Column, runc: Column): Difference[] {
  return runc.with('pass').flatMap((spec): Difference[] => {
    const cell = column.verdicts.get(spec);
    if (cell?.result === 'pass') return [];
    const [result, reason] = cell ? [cell.result, cell.reason] : (['missing', 'did not run'] as const);
    const isExcused = result === 'skip' && !isAskedForFeatures(column.handler) && unasked.test(reason);
    return [{ column, spec, result, reason, isExcused }];
  });
}

/** Of all columns that have one of runc with the same containerd beside them. */
export function differences(columns: readonly Column[]): Difference[] {
  return columns.flatMap((column) => {
    const runc = columns.find(({ containerd, handler }) => containerd === column.containerd && handler.name === 'runc');
    return runc && runc !== column ? differencesOf(column, runc) : [];
  });
}
