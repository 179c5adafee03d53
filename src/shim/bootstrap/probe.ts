/** Asks whoever listens on a shim's socket whether it is a shim that works: one call of ttrpc, which every Task service answers. */

import { isSystemError } from '../../errors.ts';
import { native } from '../../host/native.ts';
import { ConnectRequest } from '../../proto/task.js';
import { HEADER_LENGTH, RESPONSE } from '../../ttrpc/frame.ts';
import { requestFrame } from '../../ttrpc/message.ts';
import { visitorOf } from '../lifetime.ts';

const STREAM = 1;
/** The tag of a Response's field `status`, which comes first when there is one. */
const STATUS = 0x0a;

/**
 * @param connection to the socket
 * @param id of the task that is about to come
 * @returns `gone` when the shim has just ended, or is about to, or takes nothing from us
 */
export function answers(connection: number, id: string, timeoutMs: number): 'yes' | 'silent' | 'gone' {
  try {
    const request = ConnectRequest.encode({ id: visitorOf(id) }).finish();
    const call = requestFrame(STREAM, 'containerd.task.v2.Task', 'Connect', request, 0, {});
    if (call instanceof Uint8Array) native.write(connection, call);
    // It comes in one piece: nothing was sent before it.
    const frame = native.read(connection, HEADER_LENGTH + 1, timeoutMs);
    if (frame === undefined) return 'gone';
    if (frame[7] !== STREAM || frame[8] !== RESPONSE) return 'silent';
    return frame[HEADER_LENGTH] === STATUS ? 'gone' : 'yes';
  } catch (error) {
    if (isSystemError(error, 'ETIMEDOUT')) return 'silent';
    if (isSystemError(error, 'EPIPE', 'ECONNRESET')) return 'gone';
    throw error;
  }
}
