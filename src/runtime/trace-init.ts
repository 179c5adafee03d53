/** hoist-init's time stamps as spans of the trace. */

import type { Operation } from '../plan/operations.ts';
import { describe } from './failure.ts';
import type { InitMessage } from './sync.ts';
import type { Trace } from './trace.ts';

const NANOSECONDS = 1000;
const INIT_THREAD = 2;

/**
 * @param message one stamp (64 bits, nanoseconds) per operation begun since the last message, the first one for `message.op`
 * @param last start of the last operation of the message before, in microseconds; 0 for none
 * @returns the start of the last operation in this message
 */
export function traceInit(trace: Trace, message: InitMessage, operations: readonly Operation[], last: number): number {
  const view = new DataView(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength);
  let before = last;
  for (let index = 0; index * 8 + 8 <= message.bytes.byteLength; index++) {
    const start = Number(view.getBigUint64(index * 8, true)) / NANOSECONDS;
    const done = operations[message.op + index - 1];
    if (before > 0 && done) trace.span(describe(done), before, start - before, INIT_THREAD);
    before = start;
  }
  return before;
}
