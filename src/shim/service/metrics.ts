import type { Context } from '../../runtime/context.ts';
export async function taskMetrics(_context: Context, _id: string): Promise<{ type: string; value: Uint8Array }> { return { type: '', value: new Uint8Array() }; }
