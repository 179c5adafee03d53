import { RuntimeError } from '../../errors.ts';
import type { Context } from '../../runtime/context.ts';

export function taskMetrics(_context: Context, _id: string): Promise<{ type: string; value: Uint8Array }> {
  throw new RuntimeError('Unimplemented', 'metrics', { stage: 'shim' });
}
